import { join } from 'node:path';
import { readBoundedFile } from '../common/bounded-file';
import { cutText } from '../common/cut-text';
import { isReallyWithin, realPlace } from '../common/paths/path-place';
import { decodeOwnText } from '../common/text/decode-text';

export interface FileIdentity {
  name?: string;
  emoji?: string;
  avatar?: string;
  theme?: string;
}

const FIELD = /^\s*[-*]?\s*\**\s*(name|emoji|avatar|theme)\s*\**\s*:\s*\**\s*(.+?)\s*\**\s*$/i;
const MAX_VALUE = 200;
/** No field is written in more. */
const MAX_LINE = 1000;
/** Larger ones say nothing. */
const MAX_BYTES = 256 * 1024;

/** What IDENTITY.md of a workspace says: lines such as `- Name: Ada`. Empty where there is none. */
export function readIdentityFile(workspace: string): FileIdentity {
  try {
    const path = realPlace(join(workspace, 'IDENTITY.md'));
    const content = isReallyWithin(workspace, path) ? readBoundedFile(path, MAX_BYTES) : undefined;
    return content ? identityIn(decodeOwnText(content)) : {};
  } catch {
    // No file, no identity.
    return {};
  }
}

/** The same of the text of such a file. */
export function identityIn(text: string): FileIdentity {
  const identity: FileIdentity = {};
  for (const line of text.split('\n')) {
    const plain = line.trim().replace(/\s+/g, ' ');
    const [, key, value] = plain.length > MAX_LINE ? [] : (FIELD.exec(plain) ?? []);
    if (key && value) identity[key.toLowerCase() as keyof FileIdentity] ??= cutText(value, MAX_VALUE, { mark: '' });
  }
  return identity;
}
