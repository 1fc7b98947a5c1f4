// Which files of a package are there for those who build, read or test it only.
const NEEDLESS_KINDS = new Set(
  [
    ['.map', '.tsbuildinfo'],
    ['.ts', '.mts', '.cts', '.tsx', '.flow'],
    ['.c', '.cc', '.cpp', '.cxx', '.h', '.hh', '.hpp', '.o', '.a', '.gyp', '.gypi', '.mk'],
    ['.md', '.mdx', '.markdown'],
  ].flat(),
);
/** At the top of a package; further down they may well be code (`yaml/dist/doc`). */
const NEEDLESS_FOLDERS = new Set(
  [
    ['test', 'tests', '__tests__', 'bench', 'benchmark', 'benchmarks', 'coverage'],
    ['doc', 'docs', 'example', 'examples', 'man'],
  ].flat(),
);
const LICENCE = /^(licen[cs]e|copying|notice|copyright)\b/i;
/** What Node itself can load. */
const RUNS = /\.(js|cjs|mjs|json|node|wasm)$/;

/** @param path Segments of the file's path inside its package. */
export function neededAtRunTime(path) {
  const name = path.at(-1);
  if (LICENCE.test(name)) return true;
  if (path.length > 1 && NEEDLESS_FOLDERS.has(path[0])) return false;
  if (path.some((part) => part.startsWith('.'))) return false;
  return !NEEDLESS_KINDS.has(/\.[^.]*$/.exec(name)?.[0]);
}

/** Whether a package has anything left to load: one of types only has not. */
export const hasCode = (paths) => paths.some((path) => path.join('/') !== 'package.json' && RUNS.test(path.at(-1)));
