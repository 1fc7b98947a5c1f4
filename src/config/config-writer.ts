import JSON5 from 'json5';
import { readTextIfExists, rewriteText } from '../common/atomic-file';
import { LockFile } from '../common/lock-file';
import { valueAt } from '../common/plain-object';
import { appVersion } from '../common/app-root';
import { type ConfigEdit, applyEdits } from './apply-edits';
import { ConfigConflictError, ConfigError, ConfigInvalidError } from './config-error';
import { ConfigHistory } from './config-history';
import { type ConfigSnapshot, hashOf } from './config-snapshot';
import { Environment } from './environment';
import { Json5Document } from './json5-document';
import { interpretConfig } from './load-config';
import { restoreRedacted } from './restore-redacted';
import { protectSecrets } from './secrets/protect-secrets';
import { SecretStore } from './secrets/secret-store';

export interface WriteOptions {
  /** SHA-256 of the text that the caller saw; undefined means that it saw no file. Omit to accept any. */
  baseHash?: string | null;
  /** Who writes, for the history. */
  by?: string;
  /** Refuse keys that the file does not hold yet and that nobody knows. */
  refuseNewUnknownKeys?: boolean;
}

const LOCK_WAIT_MS = 5000;

/**
 * The one writer of the configuration file, used by commands and RPC alike.
 * Every write is checked as a whole first, compared with what is on disk, atomic, kept in the history. Secrets that it
 * brings go to the secret store; the file gets references.
 */
export class ConfigWriter {
  private readonly history: ConfigHistory;

  constructor(
    private readonly path: string,
    private readonly env: Environment,
  ) {
    this.history = new ConfigHistory(path);
  }

  /** Changes single paths; comments, order, unknown keys and `${VAR}` texts of the rest survive. */
  edit(edits: readonly ConfigEdit[], options: WriteOptions = {}): Promise<ConfigSnapshot> {
    return this.write(
      (current) => restoreRedacted(applyEdits(current ?? '{}\n', edits), current, this.path, this.env),
      options,
    );
  }

  /** Replaces the whole text. The redaction mark stands for what is stored there. See {@link restoreRedacted}. */
  replace(text: string, options: WriteOptions = {}): Promise<ConfigSnapshot> {
    return this.write((current) => restoreRedacted(text, current, this.path, this.env), options);
  }

  /**
   * What a write would make of the file, read as {@link interpretConfig} does. Writes nothing, and moves no secret.
   * @returns the reading of the file as it stands and of the draft
   */
  draft(change: { text: string } | { edits: readonly ConfigEdit[] }): { now: ConfigSnapshot; next: ConfigSnapshot } {
    const current = readTextIfExists(this.path);
    const wanted = 'text' in change ? change.text : applyEdits(current ?? '{}\n', change.edits);
    const text = restoreRedacted(wanted, current, this.path, this.env);
    // A draft's own `env` section must not reach this process.
    const read = (raw: string | undefined): ConfigSnapshot =>
      interpretConfig(this.path, raw, new Environment(this.env.all()));
    return { now: read(current), next: read(text) };
  }

  /** Moves every plain secret of the file into the store. @returns what was moved */
  async protectAll(): Promise<{ name: string; value: string }[]> {
    const moved: { name: string; value: string }[] = [];
    await this.write(
      (current) => {
        const result = protectSecrets(current ?? '{}\n', SecretStore.of(this.env), undefined, true);
        moved.push(...result.moved);
        return result.text;
      },
      { by: 'openclaw secrets' },
    );
    return moved;
  }

  private async write(change: (current: string | undefined) => string, options: WriteOptions): Promise<ConfigSnapshot> {
    if (this.env.isOn('OPENCLAW_NIX_MODE')) {
      throw new ConfigError(
        'CONFIG_READ_ONLY',
        'OPENCLAW_NIX_MODE is on: the configuration is managed elsewhere and read-only here',
      );
    }
    const lock = new LockFile(`${this.path}.lock`);
    await lock.acquire({}, LOCK_WAIT_MS);
    try {
      const current = readTextIfExists(this.path);
      this.compare(current, options.baseHash);
      const wanted = change(current);
      const text = stamp(protectSecrets(wanted, SecretStore.of(this.env), current).text);
      const next = interpretConfig(this.path, text, this.env, { asksPrograms: true });
      if (next.issues.length > 0) throw new ConfigInvalidError(this.path, next.issues);
      if (options.refuseNewUnknownKeys) this.refuseUnknown(next, current);
      if (current !== undefined) {
        this.history.add(current);
        if (current !== text) this.history.rotateBackups(current);
      }
      if (current !== text) rewriteText(this.path, text, 0o600);
      this.history.add(text, options.by);
      return next;
    } finally {
      lock.release();
    }
  }

  private compare(current: string | undefined, baseHash: string | null | undefined): void {
    if (baseHash === undefined) return;
    const hash = current === undefined ? null : hashOf(current);
    if (hash !== baseHash) {
      throw new ConfigConflictError('config changed since last load; read it again (config.get) and repeat the change');
    }
  }

  private refuseUnknown(next: ConfigSnapshot, current: string | undefined): void {
    const before = interpretConfig(this.path, current, this.env);
    const known = new Set(before.unknown.map((warning) => warning.path));
    const fresh = next.unknown.filter((warning) => !known.has(warning.path));
    if (fresh.length > 0) throw new ConfigInvalidError(this.path, fresh);
  }
}

/** Marks who wrote last, where the file already carries such a mark. */
function stamp(text: string): string {
  const document = new Json5Document(text);
  if (valueAt(JSON5.parse(document.toString()), ['meta', 'lastTouchedAt']) === undefined) return text;
  document.set(['meta', 'lastTouchedVersion'], appVersion());
  document.set(['meta', 'lastTouchedAt'], new Date().toISOString());
  return document.toString();
}
