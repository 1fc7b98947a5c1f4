import type { HookInfo } from './hook-folder';

const bundled = (name: string, description: string, events: string[]): HookInfo => ({
  name,
  description,
  events,
  source: 'bundled',
  folder: '',
  needsEnv: [],
});

/** Hooks that come along. */
export const BUNDLED_HOOKS: readonly HookInfo[] = [
  bundled('boot-md', 'does what BOOT.md of the workspace says at each start', ['gateway:startup']),
  bundled('command-logger', 'notes each command in logs/commands.log', ['command']),
  bundled('session-memory', 'keeps the end of a conversation in memory/ when /new begins another', ['command:new']),
  bundled('bootstrap-extra-files', 'shows further files of the workspace (entries.bootstrap-extra-files.paths)', []),
];
