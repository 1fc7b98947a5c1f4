import { execFile } from 'node:child_process';
import { cutText } from '../../common/cut-text';
import { withOrdinaryRights } from '../../common/private-files';

/** What one program did for an update. */
export interface UpdateStep {
  name: string;
  command: string;
  cwd: string;
  durationMs: number;
  /** Null where it was ended by a signal or never began. */
  exitCode: number | null;
  stdoutTail?: string;
  stderrTail?: string;
}

export interface Program {
  name: string;
  file: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  /** Asks the program to end (SIGTERM). */
  until?: AbortSignal;
}

const TAIL = 4000;
const MAX_OUTPUT = 16 * 1_048_576;

/** Runs a program to its end. Never rejects: how it ended is in the step. */
export function runStep({
  name,
  file,
  args,
  cwd,
  env,
  timeoutMs,
  until,
}: Program): Promise<UpdateStep & { stdout: string }> {
  const since = performance.now();
  return new Promise((resolve) => {
    const child = withOrdinaryRights(() =>
      execFile(
        file,
        [...args],
        {
          cwd,
          env,
          timeout: timeoutMs,
          killSignal: 'SIGKILL',
          maxBuffer: MAX_OUTPUT,
          shell: process.platform === 'win32',
        },
        (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
          const said = stderr.trim() || (error !== null && exitCode === null ? error.message : '');
          resolve({
            name,
            command: [file, ...args].join(' '),
            cwd,
            durationMs: Math.round(performance.now() - since),
            exitCode,
            ...(stdout.trim() ? { stdoutTail: cutText(stdout.trim(), TAIL, { keep: 'end' }) } : {}),
            ...(said ? { stderrTail: cutText(said, TAIL, { keep: 'end' }) } : {}),
            stdout,
          });
        },
      ),
    );
    until?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  });
}

/** Variables that git, npm and a build need; none of the gateway's own, which hold its secrets. */
const NEEDED =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TMPDIR|TMP|TEMP|TZ|SSH_AUTH_SOCK|GIT_SSH|GIT_SSH_COMMAND|GNUPGHOME|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|XDG_\w+|npm_config_\w+|(https?|no|all)_proxy|SystemRoot|SystemDrive|ComSpec|PATHEXT|APPDATA|LOCALAPPDATA|ProgramData|ProgramFiles)$/i;

export function programEnvironment(all: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(all).filter(([name]) => NEEDED.test(name));
  return {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
}
