import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';

/** What this machine remembers as a node. */
export interface NodeSettings {
  displayName?: string;
  /** Address of the gateway that it was last run for. */
  url?: string;
  /** Token that this gateway gave the device as a node. */
  deviceToken?: string;
}

const fileIn = (stateDir: string): string => join(stateDir, 'node.json');

/** `node.json` of a state directory. @throws OpenclawError NODE_SETTINGS_UNREADABLE */
export function readNodeSettings(stateDir: string): NodeSettings {
  const path = fileIn(stateDir);
  const text = readTextIfExists(path);
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (!isPlainObject(value)) throw new Error('it must be an object');
    const of = (name: string): Record<string, string> =>
      typeof value[name] === 'string' && value[name] !== '' ? { [name]: value[name] } : {};
    return { ...of('displayName'), ...of('url'), ...of('deviceToken') };
  } catch (cause) {
    throw new OpenclawError('NODE_SETTINGS_UNREADABLE', `${path}: ${messageOf(cause)}; mend or remove it`, { cause });
  }
}

export function writeNodeSettings(stateDir: string, settings: NodeSettings): void {
  writeFileAtomic(fileIn(stateDir), `${JSON.stringify({ version: 1, ...settings }, null, 2)}\n`, 0o600);
}
