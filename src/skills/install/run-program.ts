import { RunningCommand } from '../../tools/processes/running-command';
import { NOT_FOUND } from '../../tools/sandbox/start-plan';
import { childEnvironment } from '../../tools/sandbox/child-environment';
import { OpenclawError } from '../../common/openclaw-error';

export interface ProgramEnd {
  code: number | null;
  output: string;
  timedOut: boolean;
}

/**
 * Runs a program and keeps the end of its output. Nothing of its arguments is read by a shell, and it does not outlive this
 * process.
 * @throws OpenclawError SKILL_PROGRAM_MISSING
 */
export async function runProgram(
  argv: readonly string[],
  options: {
    cwd: string;
    env: NodeJS.ProcessEnv;
    timeoutMs: number;
    extraEnv?: Record<string, string>;
    onOutput?: ((tail: string) => void) | undefined;
  },
): Promise<ProgramEnd> {
  const [file = '', ...args] = argv;
  const passed = Object.fromEntries(
    Object.entries(options.env).filter(([name]) => /^(HTTPS?_PROXY|NO_PROXY|npm_config_\w+)$/i.test(name)),
  ) as Record<string, string>;
  const running = new RunningCommand(
    {
      file,
      args,
      cwd: options.cwd,
      env: { ...childEnvironment(options.env), ...passed, ...options.extraEnv },
      ordinaryRights: true,
      endsWithParent: true,
    },
    options.timeoutMs,
    options.onOutput,
  );
  running.closeInput();
  const missing = (cause?: unknown): OpenclawError =>
    new OpenclawError('SKILL_PROGRAM_MISSING', `${file} is not installed on this machine`, { cause });
  try {
    const end = await running.ended;
    if (end.exitCode === NOT_FOUND) throw missing();
    return { code: end.exitCode, output: running.output.text(), timedOut: end.stopped === 'timeout' };
  } catch (cause) {
    throw cause instanceof OpenclawError ? cause : missing(cause);
  }
}
