/** For git that the gateway itself starts: nothing of the repository or of the system decides what runs. */
export const SAFE_GIT_OPTIONS: readonly string[] = [
  ...['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'core.symlinks=true'],
  ...['-c', 'protocol.ext.allow=never', '-c', 'submodule.recurse=false', '-c', 'safe.directory=*'],
];

/** Goes on top of an environment that holds no other variable of git. */
export const SAFE_GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_LFS_SKIP_SMUDGE: '1',
};
