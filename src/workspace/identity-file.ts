import { readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

export interface FileIdentity {
  name?: string;
  emoji?: string;
  avatar?: string;
}

const FIELD = /^\s*[-*]?\s*\**\s*(name|emoji|avatar)\s*\**\s*:\s*\**\s*(.+?)\s*\**\s*$/i;
const MAX_VALUE = 200;

/** What IDENTITY.md of a workspace says: lines such as `- Name: Ada`. Empty where there is none. */
export function readIdentityFile(workspace: string): FileIdentity {
  const identity: FileIdentity = {};
  try {
    const path = realpathSync(join(workspace, 'IDENTITY.md'));
    if (!path.startsWith(realpathSync(workspace) + sep)) return identity;
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const [, key, value] = FIELD.exec(line) ?? [];
      if (key && value) identity[key.toLowerCase() as keyof FileIdentity] ??= value.slice(0, MAX_VALUE);
    }
  } catch {
    // No file, no identity.
  }
  return identity;
}
