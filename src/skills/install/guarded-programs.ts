import { hostOf, isWithin } from '../../common/net/host';
import type { AddressGuard } from '../../tools/web/guarded-proxy';
import { runProgram } from './run-program';

/** Origins that somebody chose by name, such as the registry that npm is set up with: they may be private. */
export type TrustedOrigins = readonly string[];

/** Looks a host up and refuses addresses of private networks, but for those of trusted origins. */
export type OriginGuard = (host: string, port: number, trusted: TrustedOrigins) => Promise<string>;

const SETTINGS_MS = 30_000;
/** Variables by which an owner has a proxy of their own. */
const OWN_PROXY = new Set(['http_proxy', 'https_proxy', 'npm_config_proxy', 'npm_config_https_proxy']);
/** Names of no program: npm finds no git, and so has none to run for what it fetches. */
const NO_GIT = 'no-git-for-packages';

export interface ProxyOptions {
  git: string[];
  npm: string[];
  /** Variables of the program: which hosts it may reach past the proxy. */
  env: Record<string, string>;
}

/**
 * Runs programs that fetch with one way out: each host that they are sent on to is looked up and judged like that of any
 * other request. Where the owner has a proxy of their own set up, that one is the way out, and decides.
 */
export async function withGuardedWay<T>(
  guard: OriginGuard,
  env: NodeJS.ProcessEnv,
  trusted: TrustedOrigins,
  use: (options: ProxyOptions) => Promise<T>,
): Promise<T> {
  if (Object.entries(env).some(([name, value]) => value && OWN_PROXY.has(name.toLowerCase())))
    return use(besidesOwnProxy(env, trusted));
  const { GuardedProxy } = await import('../../tools/web/guarded-proxy');
  const judge: AddressGuard = (host, port) => guard(host, port, trusted);
  const proxy = await GuardedProxy.start(judge);
  const url = `http://browser:${proxy.password}@127.0.0.1:${proxy.port}`;
  try {
    return await use({
      git: ['-c', `http.proxy=${url}`, '-c', 'http.proxyAuthMethod=basic'],
      npm: [`--proxy=${url}`, `--https-proxy=${url}`, '--noproxy='],
      env: { NO_PROXY: '', no_proxy: '' },
    });
  } finally {
    proxy.stop();
  }
}

/** The owner's proxy is the way to everything but to the hosts that were chosen by name, where it is not meant for these. */
function besidesOwnProxy(env: NodeJS.ProcessEnv, trusted: TrustedOrigins): ProxyOptions {
  const spared = `${env['NO_PROXY'] ?? ''},${env['no_proxy'] ?? ''}`.split(',').map((entry) => entry.trim());
  const hosts = trusted.map((origin) => hostOf(new URL(origin)).name).filter((host) => isSpared(host, spared));
  const list = [...new Set(hosts)].join(',');
  return { git: [], npm: [`--noproxy=${list}`], env: { NO_PROXY: list, no_proxy: list } };
}

/** As programs read `NO_PROXY`: `*`, hosts, and domains with all below them, with or without a dot before. */
const isSpared = (host: string, spared: readonly string[]): boolean =>
  spared.some((entry) => entry === '*' || (entry !== '' && isWithin(host, entry.replace(/^\*?\./, '').toLowerCase())));

/** What npm gets besides its order: neither scripts nor git, whose settings a package could bring along, are run. */
export const SAFE_NPM_OPTIONS: readonly string[] = ['--ignore-scripts', `--git=${NO_GIT}`, '--allow-git=none'];

/** Origins of the registries that npm is set up with, for all packages and for single scopes. */
export async function registriesOf(cwd: string, env: NodeJS.ProcessEnv): Promise<TrustedOrigins> {
  const end = await runProgram(['npm', 'config', 'list', '--json'], { cwd, env, timeoutMs: SETTINGS_MS });
  if (end.code !== 0) return [];
  const settings = JSON.parse(end.output.slice(end.output.indexOf('{'))) as Record<string, unknown>;
  return Object.entries(settings).flatMap(([key, value]) =>
    (key === 'registry' || key.endsWith(':registry')) && typeof value === 'string' && URL.canParse(value)
      ? [new URL(value).origin]
      : [],
  );
}
