import { ExitCode } from '../exit-codes';
import { OpenclawError, messageOf } from '../openclaw-error';
import { withOwnCommands } from './own-commands';
import { visibleLines } from '../visible-text';
import { wholeText } from './structured-output';
import { tinted } from './terminal-style';

/** A command was called the wrong way. */
export class UsageError extends OpenclawError {
  constructor(message: string) {
    super('USAGE', message, { exitCode: ExitCode.usage });
  }
}

/** Writes an error and returns the exit code it stands for. */
export function reportError(error: unknown, asJson: boolean): number {
  const known = error instanceof OpenclawError ? error : undefined;
  const code = known?.code ?? 'FAILED';
  const message = withOwnCommands(messageOf(error));
  if (asJson) {
    const details = known?.details ? { details: known.details } : {};
    process.stdout.write(`${wholeText({ ok: false, error: { code, message, ...details } })}\n`);
  } else {
    process.stderr.write(`${tinted('error:', 'bad', process.stderr)} ${visibleLines(message)}\n`);
  }
  return known?.exitCode ?? ExitCode.failed;
}
