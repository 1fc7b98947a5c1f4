// Says in one line each why a program of the set-up failed and what to do about it.
const ANSI = /\x1b\[[0-9;]*[A-Za-z]/g;
const AGAIN = 'then start again';
const NETWORK = `check the network, the proxy and the registry (npm config get registry), ${AGAIN}`;

const COMPLETE = `choose a complete registry (npm config delete registry takes npm's own), ${AGAIN}`;

/** What npm and Node call it: why, and the way out. `detail` is the address, package or path that was meant. */
const CAUSES = {
  ENOTFOUND: ({ detail }) => [`the registry's name can't be resolved${detail}`, NETWORK],
  EAI_AGAIN: ({ detail }) => [`the registry's name can't be resolved${detail}`, NETWORK],
  ECONNREFUSED: ({ detail }) => [`the registry refuses connections${detail}`, NETWORK],
  ECONNRESET: ({ detail }) => [`the registry broke the connection off${detail}`, NETWORK],
  ENETUNREACH: ({ detail }) => [`there is no way to the registry${detail}`, NETWORK],
  EHOSTUNREACH: ({ detail }) => [`there is no way to the registry${detail}`, NETWORK],
  ETIMEDOUT: ({ detail }) => [`the registry did not answer in time${detail}`, NETWORK],
  ERR_SOCKET_TIMEOUT: ({ detail }) => [`the registry did not answer in time${detail}`, NETWORK],
  FETCH_ERROR: ({ detail }) => [`the registry did not answer in time${detail}`, NETWORK],
  E404: ({ detail }) => [`the registry does not have it${detail}`, COMPLETE],
  ETARGET: ({ detail }) => [`the registry does not have this version${detail}`, COMPLETE],
  E401: ({ detail }) => [`the registry asks for a login${detail}`, `log in (npm login), ${AGAIN}`],
  ENEEDAUTH: ({ detail }) => [`the registry asks for a login${detail}`, `log in (npm login), ${AGAIN}`],
  E403: ({ detail }) => [
    `the registry refuses it${detail}`,
    `ask who looks after the registry, or choose another (npm config set registry <address>), ${AGAIN}`,
  ],
  EINTEGRITY: ({ detail }) => [
    `what came is not what was published${detail}`,
    `empty npm's cache (npm cache clean --force), ${AGAIN}`,
  ],
  ENOSPC: () => ['the disk is full', `free about 1 GB (df -h shows where), ${AGAIN}`],
  EDQUOT: () => ['your disk quota is used up', `free about 1 GB, ${AGAIN}`],
  EACCES: ({ detail }) => [`permission denied${detail}`, `make this folder yours (chown -R), ${AGAIN}`],
  EPERM: ({ detail }) => [`permission denied${detail}`, `make this folder yours (chown -R), ${AGAIN}`],
  EROFS: ({ detail }) => [`the file system is read-only${detail}`, 'use a copy of this folder that can be written'],
  EMFILE: () => ['too many open files', `raise the limit (ulimit -n 4096), ${AGAIN}`],
  ENOMEM: () => ['there is not enough memory', `free 1 GB of memory or add swap, ${AGAIN}`],
  EUSAGE: () => [
    'package.json and package-lock.json do not belong together',
    `take both back to one state (git checkout package.json package-lock.json), ${AGAIN}`,
  ],
  EJSONPARSE: ({ detail }) => [
    `a file is not valid JSON${detail}`,
    `take it back (git checkout package.json package-lock.json), ${AGAIN}`,
  ],
};
const UNCAUGHT = /^(?:[A-Z]\w*)?Error(?: \[\w+\])?: \S/;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;

/**
 * @param error a failed program `{ program, code, signal, error, output }`, or any other error
 * @returns {{ why: string, advice: string }}
 */
export function diagnose(error) {
  const output = (error.output ?? error.stack ?? String(error)).replace(ANSI, '');
  if (error.error?.code === 'ENOENT')
    return {
      why: `the program ${error.program} is not on your PATH`,
      advice: `install Node with npm (https://nodejs.org), ${AGAIN}`,
    };
  if (error.signal === 'SIGKILL')
    return {
      why: 'it was killed, mostly because memory ran out',
      advice: `free 1 GB of memory or add swap, ${AGAIN}`,
    };
  const code = codeOf(output, error);
  const cause = CAUSES[code];
  if (cause) {
    const [why, advice] = cause({ detail: detailOf(output) });
    return { why, advice };
  }
  if (code !== undefined && CERTIFICATE.test(code))
    return {
      why: `the registry's certificate is not trusted here (${code})`,
      advice: `name your proxy's certificate (NODE_EXTRA_CA_CERTS=<file>, npm config set cafile <file>), ${AGAIN}`,
    };
  if (code !== undefined && /^E5\d\d$/.test(code))
    return {
      why: `the registry has a fault of its own (${code.slice(1)})${detailOf(output)}`,
      advice: 'start again later',
    };
  return {
    why: meaningfulLine(output) ?? `it ended with ${error.code ?? error.signal ?? error.message}`,
    advice: 'git status shows files that differ from the release; without any, report this with the log',
  };
}

/** npm's own word for it, else the code of a system call that any program may print. */
function codeOf(output, error) {
  const named = [...output.matchAll(/^npm (?:error|ERR!) code (\S+)/gm)].at(-1)?.[1];
  if (named !== undefined) return named;
  const fromSystem = error.output === undefined ? error.code : undefined;
  return fromSystem ?? /\b(ENOSPC|EDQUOT|EROFS|EMFILE|ENOMEM|EACCES): /.exec(output)?.[1];
}

/** Address, package or path of npm's message, in brackets. */
function detailOf(output) {
  const lines = output.split('\n').flatMap((line) => /^npm (?:error|ERR!) (.*)/.exec(line)?.[1] ?? []);
  const found =
    lines.map((line) => /\bpath (\S.*)$/.exec(line)?.[1]).find(Boolean) ??
    lines.map((line) => /\b(https?:\/\/[^\s,]+)/.exec(line)?.[1]).find(Boolean) ??
    lines.map((line) => /\b(?:getaddrinfo|connect) \S+ (\S+)/.exec(line)?.[1]).find(Boolean);
  return found === undefined ? '' : `: ${withoutLogin(found)}`;
}

/** Addresses of registries may carry a login. */
const withoutLogin = (text) => text.replace(/\/\/[^/@\s]*@/, '//').replace(/[?#].*$/, '');

function meaningfulLine(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // What Node says of an error that nobody caught stands below the line of the source, which may be a whole program.
  const line =
    lines.findLast((each) => UNCAUGHT.test(each)) ??
    lines.find((each) => /\berror\b|Error:/i.test(each)) ??
    lines.at(-1);
  return line === undefined ? undefined : line.slice(0, 300);
}
