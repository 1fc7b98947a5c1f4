import { resolve } from 'node:path';
import { isReallyWithin } from '../../common/paths/path-place';
import type { ConfigEntry } from './config-text';

/** Where a configuration stands. */
export interface ConfigPlace {
  workspace: string;
  gitFolder: string;
}

/** Whether a value can do no harm; undefined is a key that stands alone. */
type ValueRule = (value: string | undefined, place: ConfigPlace) => boolean;

const MAX_TEXT = 500;
const oneOf = (...words: string[]): ValueRule => {
  const known = new Set(words);
  return (value) => value !== undefined && known.has(value.toLowerCase());
};
const isBool: ValueRule = (value) => value === undefined || /^(true|false|yes|no|on|off|0|1|)$/i.test(value);
const isNumber: ValueRule = (value) => value !== undefined && /^-?\d{1,12}[kmg]?$/i.test(value);
const isWord: ValueRule = (value) => value !== undefined && /^[A-Za-z0-9][A-Za-z0-9 ,_.:%=+-]{0,80}$/.test(value);
const isText: ValueRule = (value) => value !== undefined && value.length <= MAX_TEXT && !/\p{C}/u.test(value);
const isRef: ValueRule = (value) => value !== undefined && /^[\p{L}\p{N}_][\p{L}\p{N}_/.@-]{0,250}$/u.test(value);
const isRefspec: ValueRule = (value) => value !== undefined && /^[+^]?[\p{L}\p{N}_/.*@:-]{1,500}$/u.test(value);
const isInWorkspace: ValueRule = (value, { workspace, gitFolder }) =>
  value !== undefined && !value.startsWith('~') && isReallyWithin(workspace, resolve(gitFolder, value));
const any =
  (...rules: ValueRule[]): ValueRule =>
  (value, place) =>
    rules.some((rule) => rule(value, place));

const SCHEMES = new Set(['http:', 'https:', 'ssh:', 'git:', 'file:', 'git+ssh:', 'ssh+git:']);

/** Addresses for which git starts nothing but its own programs. `<name>::` and other schemes name a program to start. */
const isAddress: ValueRule = (value) => {
  if (!isText(value, { workspace: '', gitFolder: '' }) || value === undefined || /^-|::|\s/.test(value)) return false;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*:)\/\/(?!-)/.exec(value)?.[1];
  if (scheme !== undefined) return SCHEMES.has(scheme.toLowerCase());
  // A path, or [user@]host:path.
  return !value.includes('://') && !/@-/.test(value);
};

const rules = (rule: ValueRule, keys: string): [string, ValueRule][] =>
  keys.split(' ').map((key): [string, ValueRule] => [key, rule]);

/** Settings by `section.key`; with `section.*.key` those of a subsection. Where a key stands twice, either rule will do. */
const HARMLESS: readonly [string, ValueRule][] = [
  ...rules(
    isBool,
    [
      'core.filemode core.bare core.logallrefupdates core.ignorecase core.precomposeunicode core.symlinks core.quotepath',
      'core.preloadindex core.untrackedcache core.trustctime core.sparsecheckout core.sparsecheckoutcone core.fscache',
      'core.longpaths core.multipackindex core.commitgraph core.warnambiguousrefs core.splitindex',
      'user.useconfigonly commit.verbose commit.status commit.gpgsign tag.gpgsign pull.ff push.autosetupremote',
      'push.followtags fetch.prune fetch.prunetags merge.stat merge.log merge.renames rebase.autosquash rebase.autostash',
      'rebase.updaterefs rebase.stat rerere.enabled rerere.autoupdate diff.renames diff.mnemonicprefix diff.noprefix',
      'diff.indentheuristic diff.colormoved status.short status.branch status.showstash status.relativepaths',
      'stash.showpatch stash.showstat log.follow log.abbrevcommit log.mailmap gc.autodetach feature.manyfiles',
      'index.skiphash maintenance.auto submodule.recurse extensions.worktreeconfig extensions.preciousobjects',
      'receive.denynonfastforwards receive.denydeletes worktree.guessremote grep.linenumber grep.extendedregexp',
      'remote.*.prune remote.*.prunetags remote.*.skipdefaultupdate remote.*.skipfetchall remote.*.mirror remote.*.promisor',
      'submodule.*.active submodule.*.fetchrecursesubmodules pack.writebitmaps repack.writebitmaps transfer.fsckobjects',
      'fetch.fsckobjects receive.fsckobjects',
    ].join(' '),
  ),
  ...rules(
    isNumber,
    [
      'core.repositoryformatversion core.abbrev core.compression core.loosecompression core.bigfilethreshold',
      'core.packedgitlimit core.packedgitwindowsize core.deltabasecachelimit diff.renamelimit merge.renamelimit',
      'diff.context diff.interhunkcontext gc.auto gc.autopacklimit pack.threads pack.windowmemory pack.depth pack.window',
      'index.threads index.version protocol.version fetch.parallel checkout.workers lfs.repositoryformatversion',
    ].join(' '),
  ),
  ...rules(isText, 'user.name user.email author.name author.email committer.name committer.email branch.*.description'),
  ...rules(isRef, 'branch.*.merge branch.*.remote branch.*.pushremote remote.pushdefault init.defaultbranch'),
  ...rules(isRef, 'submodule.*.branch extensions.partialclone checkout.defaultremote clone.defaultremotename'),
  ...rules(isAddress, 'remote.*.url remote.*.pushurl submodule.*.url branch.*.remote branch.*.pushremote'),
  ...rules(isRefspec, 'remote.*.fetch remote.*.push submodule.active'),
  ...rules(isWord, 'i18n.commitencoding i18n.logoutputencoding core.whitespace remote.*.partialclonefilter'),
  ...rules(isInWorkspace, 'core.worktree'),
  // `true` starts a program of git, anything else one of the repository.
  ...rules(oneOf('false', 'no', 'off', '0', ''), 'core.fsmonitor'),
  ...rules(any(isBool, oneOf('input')), 'core.autocrlf'),
  ...rules(any(isBool, oneOf('warn')), 'core.safecrlf'),
  ...rules(oneOf('lf', 'crlf', 'native'), 'core.eol'),
  ...rules(oneOf('default', 'minimal'), 'core.checkstat'),
  ...rules(oneOf('#', ';', '%', '*', '!', '$', '&', '^', '|', ':', 'auto'), 'core.commentchar'),
  ...rules(any(isBool, oneOf('only')), 'pull.ff merge.ff'),
  ...rules(any(isBool, oneOf('merges', 'm', 'interactive', 'i')), 'pull.rebase branch.*.rebase'),
  ...rules(any(isBool, oneOf('always', 'inherit', 'simple', 'never')), 'branch.autosetupmerge branch.autosetuprebase'),
  ...rules(oneOf('nothing', 'current', 'upstream', 'tracking', 'simple', 'matching'), 'push.default'),
  ...rules(oneOf('merge', 'diff3', 'zdiff3'), 'merge.conflictstyle'),
  ...rules(oneOf('myers', 'minimal', 'patience', 'histogram', 'default'), 'diff.algorithm'),
  ...rules(oneOf('strip', 'whitespace', 'verbatim', 'scissors', 'default'), 'commit.cleanup'),
  ...rules(oneOf('no', 'normal', 'all'), 'status.showuntrackedfiles'),
  ...rules(any(isBool, oneOf('dirty', 'untracked', 'all', 'none')), 'submodule.*.ignore diff.ignoresubmodules'),
  ...rules(oneOf('checkout', 'rebase', 'merge', 'none'), 'submodule.*.update'),
  ...rules(oneOf('--no-tags', '--tags'), 'remote.*.tagopt'),
  ...rules(oneOf('sha1', 'sha256'), 'extensions.objectformat extensions.compatobjectformat'),
  ...rules(oneOf('files', 'reftable'), 'extensions.refstorage'),
  ...rules(any(isBool, oneOf('refuse', 'ignore', 'warn', 'updateinstead')), 'receive.denycurrentbranch'),
  ...rules(any(isBool, isWord), 'log.decorate log.date column.ui tag.sort branch.sort fetch.recursesubmodules'),
];

/** Sections in which every key only says how something looks, or whether a hint is printed. */
const LOOKS: ReadonlySet<string> = new Set(['color', 'advice']);

/** Whether a setting starts no program, reads and writes no other file and leads git nowhere else. Unknown ones do not count. */
export function isHarmless(entry: ConfigEntry, place: ConfigPlace): boolean {
  const { section, subsection, key, value } = entry;
  // Bytes that are no text: what git makes of them can't be judged.
  if ([subsection, value].some((text) => text?.includes('\uFFFD'))) return false;
  if (LOOKS.has(section)) return any(isBool, isWord)(value, place);
  const name = subsection === undefined ? `${section}.${key}` : `${section}.*.${key}`;
  return HARMLESS.some(([known, rule]) => known === name && rule(value, place));
}
