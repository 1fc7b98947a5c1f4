import { basename, isAbsolute } from 'node:path';
import { agentEntries } from '../config/agent-entries';
import { hostOf, isLocalHost } from '../common/net/host';
import { isFileSystemRoot, isWithin } from '../common/paths/path-place';
import { isPlainObject } from '../common/plain-object';
import type { ExecConfig } from '../tools/tools.config';
import { type AuditCheck, type AuditFacts, type AuditFinding, each, when } from './audit-finding';

/** Networks of a container that reach only what the sandbox's own proxy lets through. */
const CLOSED_NETWORKS = ['none'];
const UNPINNED_RUNNERS = ['npx', 'bunx', 'uvx', 'pipx'];

function execBlocks({ config }: AuditFacts): { path: string; exec: ExecConfig }[] {
  const own = agentEntries(config).flatMap(({ id, tools }) =>
    tools?.exec ? [{ path: `agents.list ${id} tools.exec`, exec: tools.exec }] : [],
  );
  return [...(config.tools?.exec ? [{ path: 'tools.exec', exec: config.tools.exec }] : []), ...own];
}

const fullHost: AuditCheck = (facts) =>
  each(execBlocks(facts), ({ path, exec }) => {
    const isOnHost = exec.host === 'gateway' || exec.host === 'node';
    if (!isOnHost || exec.security !== 'full') return undefined;
    return {
      id: 'exec.full',
      severity: exec.ask === 'always' ? 'warn' : 'critical',
      message: `${path}: security "full" runs every command of the model outside the sandbox`,
      fix: `openclaw config set tools.exec.security '"allowlist"'`,
    };
  });

const askOff: AuditCheck = (facts) =>
  each(execBlocks(facts), ({ path, exec }) =>
    exec.ask === 'off' && exec.host !== undefined && exec.host !== 'sandbox' && exec.security !== 'deny'
      ? {
          id: 'exec.ask_off',
          severity: 'warn',
          message: `${path}: ask "off" outside the sandbox: you see no command before it runs`,
          fix: `openclaw config set tools.exec.ask '"on-miss"'`,
        }
      : undefined,
  );

const safeBins: AuditCheck = (facts) =>
  each(execBlocks(facts), ({ path, exec }) =>
    (exec.safeBins ?? []).length > 0
      ? {
          id: 'exec.safe_bins',
          severity: 'info',
          message: `${path}.safeBins names programs by name; no program is harmless with every argument`,
          fix: 'remove it; allow exact commands with "always" when you are asked',
        }
      : undefined,
  );

const sandboxNetwork: AuditCheck = ({ config }) => {
  const docker = config.agents?.defaults?.sandbox?.docker;
  const network = isPlainObject(docker) ? docker['network'] : undefined;
  return when(typeof network === 'string' && !CLOSED_NETWORKS.includes(network), {
    id: 'sandbox.network',
    severity: 'warn',
    message: `agents.defaults.sandbox.docker.network ${JSON.stringify(network)} asks for a sandbox with network`,
    fix: `openclaw config set agents.defaults.sandbox.docker.network '"none"'`,
  });
};

const approvals: AuditCheck = ({ approvals: file }) => {
  if ('error' in file)
    return [
      {
        id: 'exec.approvals_unreadable',
        severity: 'critical',
        message: `exec-approvals.json can't be read: ${file.error}`,
        fix: 'mend or remove the file',
      },
    ];
  const { defaults, agents } = file.content;
  const blocks: [string, unknown][] = [
    ['defaults', defaults],
    ...(isPlainObject(agents) ? Object.entries(agents) : []),
  ];
  return blocks.flatMap(([name, rules]) => (isPlainObject(rules) ? ruleFindings(name, rules) : []));
};

function ruleFindings(name: string, rules: Record<string, unknown>): AuditFinding[] {
  const entries = Array.isArray(rules['allowlist']) ? rules['allowlist'].filter(isPlainObject) : [];
  return [
    ...when(rules['untrustedSinks'] === 'allow', {
      id: 'exec.sinks_open',
      severity: 'critical',
      message: `exec-approvals.json ${name}: untrustedSinks "allow" lets web pages and strangers act through the assistant`,
      fix: 'set it to "ask" in exec-approvals.json',
    }),
    ...when(rules['security'] === 'full', {
      id: 'exec.approvals_full',
      severity: 'critical',
      message: `exec-approvals.json ${name}: security "full" runs every command on this machine`,
      fix: 'set it to "allowlist" in exec-approvals.json',
    }),
    ...each(entries, ({ pattern }) =>
      typeof pattern === 'string' && isWidePattern(pattern)
        ? {
            id: 'exec.wide_allowlist',
            severity: 'critical',
            message: `exec-approvals.json ${name}: "${pattern}" allows programs that it does not name`,
            fix: 'list the programs themselves, with their arguments',
          }
        : undefined,
    ),
  ];
}

/** Whether the name of the program itself is left open. */
const isWidePattern = (pattern: string): boolean =>
  [...basename(pattern)].some((letter) => letter === '*' || letter === '?') || basename(pattern) === '';

const workspaces: AuditCheck = ({ workspaces: folders, home, stateDir }) =>
  each(folders, ({ agentId, path }) => {
    const holds = isFileSystemRoot(path)
      ? 'the whole machine'
      : isWithin(path, home)
        ? 'your home directory'
        : undefined;
    if (holds === undefined && !isWithin(path, stateDir)) return undefined;
    return {
      id: 'agents.wide_workspace',
      severity: 'critical',
      message: `the workspace of ${agentId}, ${path}, holds ${holds ?? "the gateway's own state"}: its file tools reach all of it`,
      fix: 'give the agent a folder of its own: agents.defaults.workspace',
    };
  });

const browser: AuditCheck = ({ config }) => {
  const { noSandbox, cdpUrl } = config.browser ?? {};
  const url = cdpUrl !== undefined && URL.canParse(cdpUrl) ? new URL(cdpUrl) : undefined;
  const isPlain = url !== undefined && (url.protocol === 'http:' || url.protocol === 'ws:');
  return [
    ...when(noSandbox, {
      id: 'browser.no_sandbox',
      severity: 'warn',
      message: "browser.noSandbox: a page that breaks the browser has this user's rights",
      fix: 'openclaw config unset browser.noSandbox',
    }),
    ...when(isPlain && !isLocalHost(hostOf(url)), {
      id: 'browser.remote_control',
      severity: 'critical',
      message: `browser.cdpUrl ${url?.origin ?? ''} has no TLS: whoever is on the way controls the browser`,
      fix: 'use wss:// or https://, or a tunnel and an address on this machine',
    }),
  ];
};

const plainServices: AuditCheck = ({ config }) => {
  const services: [string, string | undefined][] = [
    ...Object.entries(config.models?.providers ?? {}).map(([name, { baseUrl }]): [string, string | undefined] => [
      `models.providers.${name}.baseUrl`,
      baseUrl,
    ]),
    ...Object.entries(config.mcp?.servers ?? {}).map(([name, { url }]): [string, string | undefined] => [
      `mcp.servers.${name}.url`,
      url,
    ]),
  ];
  return each(services, ([path, text]) => {
    if (text === undefined || !URL.canParse(text)) return undefined;
    const url = new URL(text);
    const host = hostOf(url);
    const isPrivate = isLocalHost(host) || (host.address !== undefined && host.address.range() !== 'unicast');
    return url.protocol === 'http:' && !isPrivate
      ? {
          id: 'services.plain_http',
          severity: 'warn',
          message: `${path} ${url.origin} has no TLS: keys and conversations go over the network in plain text`,
          fix: 'use https://',
        }
      : undefined;
  });
};

const mcpPrograms: AuditCheck = ({ config }) =>
  each(Object.entries(config.mcp?.servers ?? {}), ([name, { command, args = [] }]) => {
    if (command === undefined || !UNPINNED_RUNNERS.includes(basename(command))) return undefined;
    const program = args.find((arg) => !arg.startsWith('-'));
    const isPinned = program !== undefined && program.lastIndexOf('@') > 0;
    return isPinned || isAbsolute(program ?? '')
      ? undefined
      : {
          id: 'mcp.unpinned',
          severity: 'info',
          message: `mcp.servers.${name} runs whatever version of ${program ?? command} is the newest today`,
          fix: 'name a version: package@1.2.3',
        };
  });

/** What the assistant's hands reach. */
export const TOOL_CHECKS: readonly AuditCheck[] = [
  fullHost,
  askOff,
  safeBins,
  sandboxNetwork,
  approvals,
  workspaces,
  browser,
  plainServices,
  mcpPrograms,
];
