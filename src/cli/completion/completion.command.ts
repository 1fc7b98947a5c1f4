import { Command, Option } from 'nest-commander';
import { rewriteText, readTextIfExists } from '../../common/atomic-file';
import { CliCommand, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printLines } from '../../common/cli/output';
import { writePrivateFile } from '../../common/private-files';
import { Environment } from '../../config/environment';
import { resolveStateDir } from '../../config/state-paths';
import { completionPlace, withLine } from './completion-place';
import { SHELLS, SHELL_SCRIPTS, type Shell } from './shell-scripts';

interface CompletionOptions extends JsonOptions {
  install?: boolean;
  shell?: Shell;
}

@Command({
  name: 'completion',
  arguments: '[shell]',
  description: `completion for a shell (${SHELLS.join(', ')}): commands, flags, and ids of this installation`,
})
export class CompletionCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '-s, --shell <shell>', description: `shell: ${SHELLS.join(', ')}` })
  parseShell(value: string): Shell {
    return shellOf(value);
  }

  @Option({ flags: '-i, --install', description: 'keep the script and have the shell read it from its next start' })
  parseInstall(): boolean {
    return true;
  }

  run([word]: string[], options: CompletionOptions): Promise<void> {
    const shell = options.shell ?? (word === undefined ? this.ownShell() : shellOf(word));
    const script = SHELL_SCRIPTS[shell];
    if (!options.install) {
      if (options.json) printJson({ shell, script });
      else printLines(script.trimEnd());
      return Promise.resolve();
    }
    const { file, start } = completionPlace(shell, this.env, resolveStateDir(this.env), process.platform);
    writePrivateFile(file, script);
    if (start) rewriteText(start.file, withLine(readTextIfExists(start.file) ?? '', start.line), 0o644);
    if (options.json) printJson({ shell, file, ...(start ? { startFile: start.file } : {}) });
    else {
      printLine(`written: ${file}`);
      if (start) printLine(`read by: ${start.file}`);
      printLine('It works in the next shell that you open.');
    }
    return Promise.resolve();
  }

  private ownShell(): Shell {
    const name = (this.env.get('SHELL') ?? '').split('/').at(-1);
    const found = SHELLS.find((shell) => shell === name);
    if (found !== undefined) return found;
    throw new UsageError(`which shell? one of ${SHELLS.join(', ')}`);
  }
}

function shellOf(value: string): Shell {
  const found = SHELLS.find((shell) => shell === (value === 'pwsh' ? 'powershell' : value));
  if (found !== undefined) return found;
  throw new UsageError(`the shell must be one of ${SHELLS.join(', ')}, got "${value}"`);
}
