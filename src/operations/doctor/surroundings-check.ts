import { accessSync, constants, existsSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { readBoundedFile, readPieces } from '../../common/bounded-file';
import { commandLine, quoted } from '../../common/cli/own-commands';
import { messageOf } from '../../common/openclaw-error';
import { expandPath } from '../../config/state-paths';
import { type DoctorCheck, type DoctorFinding, note, problem } from './finding';

const MAX_DOTENV_BYTES = 256 * 1024;
const MAX_LIMITS_BYTES = 64 * 1024;
/** Connections, files and pipes of a gateway with some channels and clients. */
const ENOUGH_FILES = 1024;
const ASSIGNMENT = /^\s*(?:export\s+)?[\w.-]+\s*=\s*(.*)$/;

/** What the gateway finds around it: variables, folders for what is temporary, and limits of the system. */
export const checkSurroundings: DoctorCheck = (facts) => [
  ...dotenvFaults(join(facts.stateDir, '.env')),
  ...certificatesFault(facts.env.get('NODE_EXTRA_CA_CERTS')),
  ...temporaryFault(tmpdir()),
  ...openFilesFault(facts.gatewayPid),
  ...watchFault(facts.stateDir),
];

/** Programs that the configuration names and that are not there. */
export const checkPrograms: DoctorCheck = ({ config, env, snapshot }) => {
  if (snapshot.issues.length > 0) return [];
  const { executablePath, enabled } = config.browser ?? {};
  const servers = Object.entries(config.mcp?.servers ?? {}).flatMap(([name, server]) => {
    const { command, enabled: isOn } = server;
    if (command === undefined || isOn === false || isThere(command, env.get('PATH'), server.cwd)) return [];
    return [
      problem(
        'mcp.program_missing',
        `the MCP server ${name} is started by "${command}" (mcp.servers.${name}.command), which is not there`,
        `install it, or: ${commandLine(`config set ${quoted(`mcp.servers.${name}.enabled`)} false`)}`,
      ),
    ];
  });
  return executablePath !== undefined && enabled !== false && !existsSync(expandPath(executablePath, env.home))
    ? [
        ...servers,
        problem(
          'browser.program_missing',
          `browser.executablePath is ${executablePath}, which is not there`,
          `install it there, or take one on the PATH: ${commandLine('config unset browser.executablePath')}`,
        ),
      ]
    : servers;
};

function isThere(program: string, path: string | undefined, cwd: string | undefined): boolean {
  if (program.includes('/')) return existsSync(isAbsolute(program) ? program : join(cwd ?? '.', program));
  return (path ?? '').split(delimiter).some((folder) => isAbsolute(folder) && existsSync(join(folder, program)));
}

/** Lines that set nothing; a value in quotes may go over several. */
function dotenvFaults(path: string): DoctorFinding[] {
  let quote: string | undefined;
  const lines = (readBoundedFile(path, MAX_DOTENV_BYTES)?.toString('utf8') ?? '').split('\n');
  return lines.flatMap((line, index) => {
    if (quote !== undefined) {
      if (line.includes(quote)) quote = undefined;
      return [];
    }
    const value = ASSIGNMENT.exec(line)?.[1];
    const [first = ''] = value ?? '';
    if (value !== undefined) {
      if (`'"\``.includes(first) && first !== '' && !value.slice(1).includes(first)) quote = first;
      return [];
    }
    return /^\s*(#|$)/.test(line)
      ? []
      : [note('env.line', `${path}:${index + 1} is not NAME=value and sets nothing`, `mend or remove that line`)];
  });
}

/** Node says so in one line at the start, and goes on without them. */
const certificatesFault = (path: string | undefined): DoctorFinding[] =>
  path === undefined || statSync(path, { throwIfNoEntry: false })?.isFile()
    ? []
    : [
        problem(
          'env.certificates_missing',
          `NODE_EXTRA_CA_CERTS is ${path}, which is not a file: servers with certificates of your own authority are not trusted`,
          'put the certificates there, or unset NODE_EXTRA_CA_CERTS',
        ),
      ];

function temporaryFault(folder: string): DoctorFinding[] {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    return [
      problem(
        'machine.no_temporary_folder',
        `files that are needed for a while can't be written: ${messageOf(error)}`,
        `mkdir -p -m 1777 ${quoted(folder)}, or set TMPDIR`,
      ),
    ];
  }
}

/** Of the gateway that runs, else of one that would be started here. Node itself goes up to the hard limit. */
function openFilesFault(pid: number | undefined): DoctorFinding[] {
  if (process.platform !== 'linux') return [];
  const text = limitsOf(pid ?? process.pid) ?? limitsOf(process.pid) ?? '';
  const hard = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(text)?.[1] ?? ENOUGH_FILES);
  return hard >= ENOUGH_FILES
    ? []
    : [
        note(
          'limits.open_files',
          `${pid === undefined ? 'a program that is started here' : `the gateway (process ${pid})`} may open ${hard} files; with some channels and clients that is too few`,
          'start it after: ulimit -n 65536 (in a unit of systemd: LimitNOFILE=65536)',
        ),
      ];
}

function limitsOf(pid: number): string | undefined {
  let text = '';
  const length = readPieces(`/proc/${pid}/limits`, MAX_LIMITS_BYTES, (piece) => (text += piece.toString('latin1')));
  return length === undefined ? undefined : text;
}

/** Changes of the configuration, of skills and of memory are seen by watching folders. */
function watchFault(stateDir: string): DoctorFinding[] {
  if (!existsSync(stateDir)) return [];
  try {
    watch(stateDir).close();
    return [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EMFILE' && code !== 'ENOSPC') return [];
    const limit = code === 'EMFILE' ? 'fs.inotify.max_user_instances=512' : 'fs.inotify.max_user_watches=524288';
    return [
      problem(
        'limits.file_watches',
        `changes of files can't be watched (${code}): other programs of this user watch as many as the system allows`,
        `sudo sysctl -w ${limit}`,
      ),
    ];
  }
}
