/** Names that mean something else to one shell or another than the program of that name. */
export const SHELL_WORDS: ReadonlySet<string> = new Set(
  (
    'alias bg bind break builtin caller cd chdir command compgen complete compopt continue declare dirs disown echo enable ' +
    'eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd ' +
    'read readarray readonly return set shift shopt source suspend test time times trap true type typeset ulimit umask ' +
    'unalias unset wait . [ :'
  ).split(' '),
);

/** What a shell does by these is what the program does; nothing of the shell is another afterwards. */
const SAME = new Set('echo false kill pwd test true [ :'.split(' '));

/**
 * Whether a shell may be another one after these words: what comes next on the line would not be what it reads as.
 * `printf -v PATH .` has bash look for programs in the folder it is in.
 */
export function changesShell([name = '', first = '']: readonly string[]): boolean {
  if (!SHELL_WORDS.has(name) || SAME.has(name)) return false;
  return name !== 'printf' || first.startsWith('-');
}
