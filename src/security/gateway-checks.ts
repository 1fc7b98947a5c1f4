import { AddressSet, isRange, parseAddress } from '../common/net/address';
import { hostOf, isLocalHost } from '../common/net/host';
import { transformStates } from '../automation/hooks/handlers/transform-files';
import { type AuditCheck, type AuditFacts, type AuditFinding, each, when } from './audit-finding';

const MIN_SECRET_LENGTH = 24;
/** What is set goes into the store of secrets by itself. */
const NEW_TOKEN = 'openclaw config set gateway.auth.token "$(openssl rand -hex 32)"';
const NEW_HOOKS_TOKEN = 'openclaw config set hooks.token "$(openssl rand -hex 32)"';
/** One address of each family that nobody's proxy has: a list that holds it trusts the internet. */
const STRANGERS = ['203.0.113.7', '2001:db8::7'];

const LOCAL = ['127.0.0.1', '::1'];

/** Whether an address is in an entry of a list; in one that is none, which `gateway.settings` tells of, is nothing. */
function holds(entry: string, text: string): boolean {
  const address = parseAddress(text);
  const ranges = [entry].filter((each) => isRange(each));
  return address !== undefined && AddressSet.of(ranges, unreadable).has(address);
}

const unreadable = (entry: string): never => {
  throw new TypeError(`${entry} is not an address`);
};

const worse = (facts: AuditFacts): 'critical' | 'warn' => (facts.isExposed ? 'critical' : 'warn');

const settings: AuditCheck = ({ settingsError }) =>
  when(settingsError !== undefined, {
    id: 'gateway.settings',
    severity: 'critical',
    message: `the gateway does not start with these settings: ${settingsError}`,
    fix: 'change what the message names',
  });

const noAuth: AuditCheck = (facts) =>
  when(facts.authMode === 'none', {
    id: 'gateway.no_auth',
    severity: worse(facts),
    message: 'gateway.auth.mode is "none": every program that reaches the port is the owner',
    fix: `${NEW_TOKEN} && openclaw config set gateway.auth.mode token`,
  });

const shortSecret: AuditCheck = (facts) =>
  when(facts.secret !== undefined && facts.secret.length < MIN_SECRET_LENGTH, {
    id: 'gateway.short_secret',
    severity: worse(facts),
    message: `the token or password of the gateway has fewer than ${MIN_SECRET_LENGTH} characters`,
    fix: facts.authMode === 'password' ? NEW_TOKEN.replace('token', 'password') : NEW_TOKEN,
  });

const plainHttp: AuditCheck = ({ isExposed, config }) =>
  when(isExposed && config.gateway?.tls?.enabled !== true, {
    id: 'gateway.plain_http',
    severity: 'warn',
    message: 'other machines reach the gateway without TLS, so tokens and conversations can be read on the way',
    fix: 'openclaw config set gateway.tls.enabled true, or bind to loopback and put a proxy with TLS or a tunnel in front',
  });

const deviceAuth: AuditCheck = ({ config }) =>
  when(config.gateway?.controlUi?.dangerouslyDisableDeviceAuth, {
    id: 'gateway.device_auth_off',
    severity: 'critical',
    message: 'gateway.controlUi.dangerouslyDisableDeviceAuth: whoever has the token needs no approved device',
    fix: 'openclaw config unset gateway.controlUi.dangerouslyDisableDeviceAuth',
  });

const insecureAuth: AuditCheck = ({ config }) =>
  when(config.gateway?.controlUi?.allowInsecureAuth, {
    id: 'gateway.insecure_auth',
    severity: 'warn',
    message: 'gateway.controlUi.allowInsecureAuth: the page logs in without a device key',
    fix: 'openclaw config unset gateway.controlUi.allowInsecureAuth',
  });

const origins: AuditCheck = ({ config }) =>
  each(config.gateway?.controlUi?.allowedOrigins ?? [], (origin) => {
    if (origin === '*')
      return {
        id: 'gateway.any_origin',
        severity: 'critical',
        message: 'gateway.controlUi.allowedOrigins holds "*": every web site may talk to the gateway from your browser',
        fix: 'name the origins of your own pages',
      };
    const isPlain = URL.canParse(origin) && new URL(origin).protocol === 'http:';
    return isPlain && !isLocalHost(hostOf(new URL(origin)))
      ? {
          id: 'gateway.plain_origin',
          severity: 'warn',
          message: `gateway.controlUi.allowedOrigins: ${origin} has no TLS; anybody on the way can act as that page`,
          fix: 'use an https:// origin',
        }
      : undefined;
  });

const proxies: AuditCheck = ({ config }) =>
  each(config.gateway?.trustedProxies ?? [], (entry) => {
    return STRANGERS.some((address) => holds(entry, address))
      ? {
          id: 'gateway.wide_proxies',
          severity: 'critical',
          message: `gateway.trustedProxies: ${entry} lets everybody say which address they come from`,
          fix: 'list the addresses of your proxies only',
        }
      : undefined;
  });

/** Somebody else's name for this gateway, or a proxy that is named: something stands before it, most likely on this machine. */
const silentProxy: AuditCheck = ({ config, secret, isExposed }) => {
  const { controlUi, trustedProxies = [] } = config.gateway ?? {};
  const page = (controlUi?.allowedOrigins ?? []).find(
    (origin) => URL.canParse(origin) && !isLocalHost(hostOf(new URL(origin))),
  );
  const sign =
    page === undefined
      ? trustedProxies.length > 0 && 'gateway.trustedProxies names a proxy'
      : `gateway.controlUi.allowedOrigins holds ${page}`;
  // One on another machine is no loopback address, and one that is named was told of.
  const isNamed = LOCAL.some((address) => trustedProxies.some((entry) => holds(entry, address)));
  if (sign === false || isExposed || (isNamed && secret !== undefined)) return [];
  return [
    {
      id: 'gateway.silent_proxy',
      severity: secret === undefined ? 'critical' : 'warn',
      message: `${sign}: a proxy on this machine that tells nothing of its clients makes each of them a local one, whose device need not be approved${secret === undefined ? ', and who needs no secret' : ''}`,
      fix: 'let the proxy send X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $remote_addr), and list 127.0.0.1 in gateway.trustedProxies',
    },
  ];
};

const funnel: AuditCheck = ({ config }) =>
  when(config.gateway?.tailscale?.mode === 'funnel', {
    id: 'gateway.funnel',
    severity: 'warn',
    message: 'gateway.tailscale.mode is "funnel": the login page is on the public internet',
    fix: 'openclaw config set gateway.tailscale.mode serve',
  });

const remote: AuditCheck = ({ config }) => {
  const { url } = config.gateway?.remote ?? {};
  if (url === undefined || !URL.canParse(url)) return [];
  const parsed = new URL(url);
  const isPlain = parsed.protocol === 'ws:' || parsed.protocol === 'http:';
  return when(isPlain && !isLocalHost(hostOf(parsed)), {
    id: 'gateway.plain_remote',
    severity: 'critical',
    message: `gateway.remote.url ${parsed.origin} has no TLS: commands send their token in plain text`,
    fix: 'use wss://, or a tunnel and an address on this machine',
  });
};

const hookSecrets: AuditCheck = ({ config, secret, stateDir, snapshot }) => {
  const { hooks } = config;
  if (hooks?.enabled !== true) return [];
  return [
    ...when(hooks.token !== undefined && hooks.token === secret, {
      id: 'hooks.token_reused',
      severity: 'critical',
      message: "hooks.token is the gateway's own token: a service that may post webhooks is the owner",
      fix: NEW_HOOKS_TOKEN,
    }),
    ...when(hooks.token !== undefined && hooks.token.length < MIN_SECRET_LENGTH, {
      id: 'hooks.short_token',
      severity: 'warn',
      message: `hooks.token has fewer than ${MIN_SECRET_LENGTH} characters`,
      fix: NEW_HOOKS_TOKEN,
    }),
    ...when(hooks.allowRequestSessionKey === true && (hooks.allowedSessionKeyPrefixes ?? []).length === 0, {
      id: 'hooks.any_session',
      severity: 'warn',
      message:
        'hooks.allowRequestSessionKey without hooks.allowedSessionKeyPrefixes: callers write into any conversation',
      fix: `openclaw config set hooks.allowedSessionKeyPrefixes '["hook:"]'`,
    }),
    ...each(transformStates({ config, stateDir, path: snapshot.path }), ({ module, reason }) =>
      reason === undefined
        ? undefined
        : {
            id: 'hooks.transform_unagreed',
            severity: 'warn',
            message: `the transform ${module} does not run: ${reason}`,
            fix: `look at its files, then: openclaw webhooks enable ${module}`,
          },
    ),
    ...each(hooks.mappings ?? [], (mapping) => unsafeMapping(mapping.id, mapping.allowUnsafeExternalContent)),
  ];
};

function unsafeMapping(id = '(without id)', isUnsafe = false): AuditFinding | undefined {
  return isUnsafe
    ? {
        id: 'hooks.unsafe_content',
        severity: 'warn',
        message: `hooks.mappings ${id}: allowUnsafeExternalContent makes the sender's text as good as your own`,
        fix: 'remove allowUnsafeExternalContent',
      }
    : undefined;
}

/** Who reaches the gateway, and as whom. */
export const GATEWAY_CHECKS: readonly AuditCheck[] = [
  settings,
  noAuth,
  shortSecret,
  plainHttp,
  deviceAuth,
  insecureAuth,
  origins,
  proxies,
  silentProxy,
  funnel,
  remote,
  hookSecrets,
];
