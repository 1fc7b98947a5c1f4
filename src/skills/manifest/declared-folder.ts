import { join } from 'node:path';
import { innerParts, isBelow, isWithin, overlap, realPlace } from '../../common/paths/path-place';

/** Outside of the home folder: where data and programs are that belong to nobody in particular. */
const COMMON_FOLDERS = ['/srv', '/mnt', '/media', '/opt', '/usr', '/Volumes'];
/** Folders with keys to other things, whoever asks. */
const KEYS = new Set([
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.openclaw',
  '.password-store',
  '.mozilla',
]);
/** Hidden folders of which one program's own part may be meant, by name. */
const SETTINGS = ['.config', '.local'];

function isSettingsOfOne([first, second, third]: readonly string[]): boolean {
  if (first === '.config') return second !== undefined;
  return first === '.local' && second === 'share' && third !== undefined;
}

/** Whether a folder may be declared at all, as it is written: `/…`, or `~/…`. Links are looked at when it is given. */
export function isDeclarable(written: string): boolean {
  const [top = '', ...parts] = written.replace(/\/$/, '').split('/');
  if (parts.length === 0 || parts.some((part) => part === '.' || part === '..' || part === '')) return false;
  if (top === '~') return !KEYS.has(parts[0] ?? '') && (!SETTINGS.includes(parts[0] ?? '') || isSettingsOfOne(parts));
  return top === '' && COMMON_FOLDERS.some((folder) => isBelow(folder, written));
}

export interface FolderFacts {
  home: string;
  /** Never given, nor anything in them or around them: the state folder, the configuration. */
  own: readonly string[];
  /** The skill was shipped: the hidden folder of its own program is known to be that. */
  isTrusted: boolean;
}

/**
 * Where a declared folder really is, if a skill may have it: an agreement is about what was shown, and a link may lead
 * anywhere else.
 */
export function grantableFolder(written: string, { home, own, isTrusted }: FolderFacts): string | undefined {
  if (!isDeclarable(written)) return undefined;
  try {
    const place = realPlace(written.startsWith('~') ? join(home, written.slice(1)) : written);
    const realHome = realPlace(home);
    if (own.some((each) => overlap(realPlace(each), place)) || isWithin(place, realHome)) return undefined;
    const parts = innerParts(realHome, place);
    if (parts === undefined) return COMMON_FOLDERS.some((folder) => isBelow(folder, place)) ? place : undefined;
    if (parts.some((part) => KEYS.has(part))) return undefined;
    return parts[0]?.startsWith('.') !== true || isSettingsOfOne(parts) || isTrusted ? place : undefined;
  } catch {
    return undefined;
  }
}
