import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { HOOK_EVENTS } from './handlers/hook-event';
import { parseFrontmatter } from '../../skills/manifest/frontmatter';

/** Bytes of a HOOK.md. */
const MAX_MANIFEST = 64 * 1024;
const HANDLERS = ['handler.js', 'handler.mjs', 'handler.cjs', 'index.js'];

export type HookSource = 'bundled' | 'extra' | 'managed' | 'workspace';

export interface HookInfo {
  name: string;
  description: string;
  events: string[];
  source: HookSource;
  /** Its folder; empty for those that come along. */
  folder: string;
  /** JavaScript file; undefined for those that come along. */
  handler?: string;
  /** Variables that it needs in `entries.<name>.env`. */
  needsEnv: string[];
  /** Why it can't be used. */
  fault?: string;
}

/** Hooks in the folders below a folder. */
export function hooksIn(root: string, source: HookSource): HookInfo[] {
  let names: string[];
  try {
    names = readdirSync(root).sort();
  } catch {
    return [];
  }
  return names
    .filter((name) => isFile(join(root, name, 'HOOK.md')))
    .map((name) => readHook(join(root, name), name, source));
}

/** A link is none: it is no part of what the owner agrees to. */
function isFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

function readHook(folder: string, name: string, source: HookSource): HookInfo {
  const hook: HookInfo = { name, description: '', events: [], source, folder, needsEnv: [] };
  try {
    const manifest = readBoundedFile(join(folder, 'HOOK.md'), MAX_MANIFEST);
    if (!manifest) throw new Error(`it can't be read, or is larger than ${MAX_MANIFEST} bytes`);
    const { values } = parseFrontmatter(manifest.toString('utf8'));
    const text = (key: string): string => {
      const value = values.get(key)?.value;
      return typeof value === 'string' ? value : '';
    };
    const metadata = values.get('metadata')?.value;
    const facts = isPlainObject(metadata) && isPlainObject(metadata['openclaw']) ? metadata['openclaw'] : {};
    const requires = isPlainObject(facts['requires']) ? facts['requires'] : {};
    const texts = (value: unknown): string[] =>
      Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
    Object.assign(hook, {
      name: text('name') || name,
      description: text('description'),
      events: texts(facts['events']),
      needsEnv: texts(requires['env']),
    });
    const handler = HANDLERS.map((file) => join(folder, file)).find((file) => isFile(file));
    if (handler) hook.handler = handler;
    const unknown = hook.events.filter((event) => !(HOOK_EVENTS as readonly string[]).includes(event));
    if (!handler)
      hook.fault = existsSync(join(folder, 'handler.ts'))
        ? 'its handler is TypeScript; compile it to handler.js'
        : `it has no handler (${HANDLERS.join(', ')})`;
    else if (hook.events.length === 0) hook.fault = 'metadata.openclaw.events in HOOK.md names no events';
    else if (unknown.length > 0) hook.fault = `nobody tells ${unknown.join(', ')}; events: ${HOOK_EVENTS.join(', ')}`;
  } catch (error) {
    hook.fault = `HOOK.md: ${messageOf(error)}`;
  }
  return hook;
}
