import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../common/atomic-file';
import { messageOf } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import { ConfigHistory } from './config-history';
import { ConfigWriter } from './config-writer';
import type { Environment } from './environment';
import { resolveStateDir } from './state-paths';

/** A change of the configuration with which the gateway did not start again, so that the content before it came back. */
export interface TakenBack {
  /** Milliseconds since 1970. */
  at: number;
  /** What failed at the start, in words. */
  because: string;
  /** The content that was taken back, in `config.history`. */
  number: number;
  /** Of the content that came back; with any other the note is of no interest any more. */
  hash: string;
}

const noteOf = (stateDir: string): string => join(stateDir, 'config-taken-back.json');

/**
 * Brings back the content with which the gateway last ran, after a restart that failed.
 * @param good that content
 * @returns false where the file still holds it, so that something else is wrong
 */
export async function takeBack(
  env: Environment,
  path: string,
  good: string | undefined,
  error: unknown,
): Promise<boolean> {
  const refused = readTextIfExists(path);
  if (good === undefined || refused === good) return false;
  const history = new ConfigHistory(path);
  const number = refused === undefined ? 0 : history.add(refused);
  const { hash = '' } = await new ConfigWriter(path, env).replace(good, { by: 'the gateway, after a failed start' });
  const note: TakenBack = { at: Date.now(), because: messageOf(error), number, hash };
  writeFileAtomic(noteOf(resolveStateDir(env)), `${JSON.stringify(note)}\n`);
  return true;
}

/** The latest such change; undefined once the file holds something else. */
export function takenBack(stateDir: string, hash: string | undefined): TakenBack | undefined {
  const path = noteOf(stateDir);
  const text = readTextIfExists(path);
  if (text === undefined) return undefined;
  try {
    const note: unknown = JSON.parse(text);
    if (isPlainObject(note) && typeof note['hash'] === 'string' && note['hash'] === hash)
      return note as unknown as TakenBack;
  } catch {
    // Removed below, as one that is out of date.
  }
  rmSync(path, { force: true });
  return undefined;
}
