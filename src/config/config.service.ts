import { Injectable } from '@nestjs/common';
import { Redactor } from '../common/redactor';
import { ConfigInvalidError, type ConfigIssue } from './config-error';
import type { ConfigSnapshot } from './config-snapshot';
import { type ConfigEdit, applyEdits } from './apply-edits';
import { ConfigWriter, type WriteOptions } from './config-writer';
import { Environment } from './environment';
import { interpretConfig, loadConfig } from './load-config';
import type { OpenclawConfig } from './openclaw.config';
import { forEachHiddenValue } from './sensitive-paths';
import { resolveConfigPath, resolveStateDir } from './state-paths';

export type ConfigListener = (next: ConfigSnapshot, previous: ConfigSnapshot) => void;

/** Holds the configuration in effect and writes changes. Read it at use, not at construction. */
@Injectable()
export class ConfigService {
  readonly stateDir: string;
  readonly path: string;
  /** Why the file on disk is not in effect; empty while it is. */
  problems: readonly ConfigIssue[] = [];
  private readonly writer: ConfigWriter;
  private current: ConfigSnapshot | undefined;
  private begun: ConfigSnapshot | undefined;
  private tried: ConfigEdit[] = [];
  private readonly listeners = new Set<ConfigListener>();

  constructor(
    readonly env: Environment,
    private readonly redactor: Redactor,
  ) {
    this.stateDir = resolveStateDir(env);
    this.path = resolveConfigPath(env, this.stateDir);
    this.writer = new ConfigWriter(this.path, env);
  }

  /** Reads the file. @throws ConfigInvalidError naming each bad path. */
  load(): ConfigSnapshot {
    const snapshot = this.peek();
    if (snapshot.issues.length > 0) throw new ConfigInvalidError(this.path, snapshot.issues);
    return this.adopt(snapshot);
  }

  /** Reads the file without putting it into effect. */
  peek(): ConfigSnapshot {
    return loadConfig(this.path, this.env);
  }

  /** Edits that hold in memory only, until the next start. */
  get overrides(): readonly ConfigEdit[] {
    return this.tried;
  }

  /** Puts the file with these edits on top into effect. @throws ConfigInvalidError; then nothing has changed */
  override(edits: readonly ConfigEdit[]): ConfigSnapshot {
    const file = this.peek();
    const snapshot =
      edits.length === 0
        ? file
        : interpretConfig(this.path, applyEdits(file.raw ?? '{}\n', edits), this.env, { asksPrograms: true });
    if (snapshot.issues.length > 0) throw new ConfigInvalidError(this.path, snapshot.issues);
    this.tried = [...edits];
    return this.adopt(snapshot);
  }

  get snapshot(): ConfigSnapshot {
    this.current ??= this.load();
    return this.current;
  }

  /** What this start of the gateway has read; keys that need a restart still hold as they stand here. */
  get started(): ConfigSnapshot {
    return this.begun ?? this.snapshot;
  }

  get config(): OpenclawConfig {
    return this.snapshot.config;
  }

  async edit(edits: readonly ConfigEdit[], options?: WriteOptions): Promise<ConfigSnapshot> {
    return this.written(await this.writer.edit(edits, options));
  }

  async replace(text: string, options?: WriteOptions): Promise<ConfigSnapshot> {
    return this.written(await this.writer.replace(text, options));
  }

  /** What a change would make of the file; nothing is written. See {@link ConfigWriter.draft}. */
  draft(change: { text: string } | { edits: readonly ConfigEdit[] }): { now: ConfigSnapshot; next: ConfigSnapshot } {
    return this.writer.draft(change);
  }

  /** Calls back after the configuration in effect has changed. Returns the unsubscribe function. */
  onChange(listener: ConfigListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What is being tried goes on over a changed file, where it still fits. */
  private written(file: ConfigSnapshot): ConfigSnapshot {
    if (this.tried.length === 0) return this.adopt(file);
    try {
      this.override(this.tried);
    } catch {
      this.tried = [];
      this.adopt(file);
    }
    return file;
  }

  private adopt(next: ConfigSnapshot): ConfigSnapshot {
    const previous = this.current;
    forEachHiddenValue(next.resolved, (value) => this.redactor.addSecret(value));
    for (const value of next.secrets) this.redactor.addSecret(value);
    for (const name of [
      'OPENCLAW_SECRETS_KEY',
      'OPENCLAW_GATEWAY_TOKEN',
      'OPENCLAW_GATEWAY_PASSWORD',
      'TELEGRAM_BOT_TOKEN',
    ]) {
      this.redactor.addSecret(this.env.get(name));
    }
    this.redactor.setPatterns(next.config.logging?.redactPatterns ?? []);
    this.current = next;
    this.begun ??= next;
    if (previous) for (const listener of this.listeners) listener(next, previous);
    return next;
  }
}
