import { basename, relative, sep } from 'node:path';
import { foldText } from '../../common/fold-text';
import type { NamesAnswer, NamesRequest } from './search-request';
import { walkFiles } from './walk-files';

/** Runs in the thread of a search. */
export async function findNames(request: NamesRequest): Promise<NamesAnswer> {
  const { root, limit } = request;
  const accepts = await acceptsOf(request);
  const deadline = request.withinMs === undefined ? undefined : AbortSignal.timeout(request.withinMs);
  const names: string[] = [];
  for await (const { path, isFolder } of walkFiles(root, deadline)) {
    const name = relative(root, path);
    if ((isFolder && request.isFilesOnly) || !accepts(name)) continue;
    if (names.length >= limit) return { names, hasMore: true };
    names.push(name + (isFolder ? sep : ''));
  }
  return { names, hasMore: deadline?.aborted === true };
}

async function acceptsOf({ glob, holds, isPlain }: NamesRequest): Promise<(name: string) => boolean> {
  const matches = glob === undefined ? undefined : await nameMatcher(glob);
  const wanted = holds === undefined ? undefined : foldText(holds);
  return (name) =>
    (matches?.(name) ?? true) &&
    (wanted === undefined || foldText(name).includes(wanted)) &&
    !(isPlain && name.split(sep).some((part) => part.startsWith('.')));
}

/** Of a glob without a slash the name decides, of any other the whole path below the folder. */
export async function nameMatcher(glob: string): Promise<(name: string) => boolean> {
  const { default: picomatch } = await import('picomatch');
  const matches = picomatch(glob, { dot: true });
  return glob.includes('/') ? matches : (name) => matches(basename(name));
}
