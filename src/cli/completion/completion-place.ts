import { join } from 'node:path';
import { quoted } from '../../common/cli/own-commands';
import type { Environment } from '../../config/environment';
import type { Shell } from './shell-scripts';

/** Ends the line that was added to a start file, so that it is found again. */
const MARK = '# openclaw completion';

export interface CompletionPlace {
  /** Where the script goes. */
  file: string;
  /** File that the shell reads at its start, with the line that reads the script; undefined where none is needed. */
  start?: { file: string; line: string };
}

export function completionPlace(
  shell: Shell,
  env: Environment,
  stateDir: string,
  platform: NodeJS.Platform,
): CompletionPlace {
  const config = env.get('XDG_CONFIG_HOME') ?? join(env.home, '.config');
  const at = (name: string): string => join(stateDir, 'completions', name);
  switch (shell) {
    case 'fish':
      return { file: join(config, 'fish', 'completions', 'openclaw.fish') };
    case 'powershell': {
      const file = at('openclaw.ps1');
      const folder = platform === 'win32' ? join(env.home, 'Documents', 'PowerShell') : join(config, 'powershell');
      const line = `. '${file.replaceAll("'", "''")}' ${MARK}`;
      return { file, start: { file: join(folder, 'Microsoft.PowerShell_profile.ps1'), line } };
    }
    default: {
      const file = at(`openclaw.${shell}`);
      const home = shell === 'zsh' ? (env.get('ZDOTDIR') ?? env.home) : env.home;
      const line = `[ -r ${quoted(file)} ] && . ${quoted(file)} ${MARK}`;
      return { file, start: { file: join(home, `.${shell}rc`), line } };
    }
  }
}

/** A start file with the line in it once; undefined takes it out. */
export function withLine(text: string, line: string | undefined): string {
  const others = text.split('\n').filter((other) => !other.endsWith(MARK));
  if (line === undefined) return others.join('\n');
  const before = others.join('\n').replace(/\n*$/, '');
  return `${before}${before === '' ? '' : '\n'}${line}\n`;
}
