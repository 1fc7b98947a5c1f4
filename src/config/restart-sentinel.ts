import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../common/atomic-file';
import type { ContentOrigin } from '../common/content-parts';
import { isPlainObject } from '../common/plain-object';

export interface RestartNote {
  kind: 'config-apply' | 'restart' | 'update';
  status: 'ok' | 'error' | 'skipped';
  /** Unix time in milliseconds. */
  ts: number;
  sessionKey?: string;
  deliveryContext?: Record<string, unknown>;
  message: string | null;
  /** Whose text the message may hold; left out where a client of the owner has written it. */
  origin?: ContentOrigin;
  doctorHint: string;
  stats: { mode: string };
}

/** `restart-sentinel.json`: why the process went down, read by the one that comes after it. */
export class RestartSentinel {
  readonly path: string;

  constructor(stateDir: string) {
    this.path = join(stateDir, 'restart-sentinel.json');
  }

  write(payload: RestartNote): void {
    writeFileAtomic(this.path, `${JSON.stringify({ version: 1, payload })}\n`);
  }

  /** Undefined when there is none or when it isn't in the format. */
  read(): RestartNote | undefined {
    const text = readTextIfExists(this.path);
    if (text === undefined) return undefined;
    try {
      const content: unknown = JSON.parse(text);
      const payload = isPlainObject(content) && content['version'] === 1 ? content['payload'] : undefined;
      return isPlainObject(payload) && typeof payload['ts'] === 'number'
        ? (payload as unknown as RestartNote)
        : undefined;
    } catch {
      return undefined;
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
