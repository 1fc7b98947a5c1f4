import { existsSync } from 'node:fs';
import { appVersion } from '../common/app-root';
import { portOf } from '../common/net/host';
import type { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import { gatewayPort } from '../config/ports';
import type { ControlUiPlace } from '../control-ui/control-ui.rpc';
import type { HelloOk } from '../gateway/protocol/hello';
import { newestLogFile } from '../operations/diagnostics/read-newest-log';
import { serviceView } from '../operations/service/service-view';

interface Place {
  url: string;
  configPath: string;
  stateDir: string;
  pid?: number;
}

/** What came of asking the gateway. */
type Asked = { hello: HelloOk; place?: ControlUiPlace } | { error: string };

/** The gateway, its service and its files, for programs. */
export async function gatewayStatusView(env: Environment, place: Place, asked: Asked): Promise<object> {
  const { url, configPath, stateDir, pid } = place;
  const { config, issues } = loadConfig(configPath, env);
  const file = { path: configPath, exists: existsSync(configPath), valid: issues.length === 0 };
  const logFile = await newestLogFile(stateDir);
  const isReached = 'hello' in asked;
  const httpUrl = isReached ? asked.place?.addresses[0] : undefined;
  return {
    cli: { version: appVersion(), entrypoint: process.argv[1] ?? null },
    logFile: logFile ?? null,
    service: await serviceView(env),
    config: { cli: file, ...(pid === undefined ? {} : { daemon: file }) },
    gateway: {
      bindMode: config.gateway?.bind ?? 'loopback',
      port: gatewayPort(config, env),
      portSource: (env.get('OPENCLAW_GATEWAY_PORT') ?? config.gateway?.port) ? 'env/config' : 'default',
      probeUrl: url,
      ...(httpUrl === undefined ? {} : { controlUiLinks: { httpUrl, wsUrl: url } }),
      ...(isReached ? { version: asked.hello.server.version } : {}),
    },
    port: {
      port: portOf(new URL(url)),
      // Whether another program has it is nothing that was tried.
      status: isReached || pid !== undefined ? 'busy' : null,
      listeners: pid === undefined ? [] : [{ pid }],
    },
    rpc: isReached ? reached(asked.hello, url) : { ok: false, kind: 'connect', url, error: asked.error },
  };
}

function reached({ server, auth }: HelloOk, url: string): object {
  const { role, scopes } = auth;
  return {
    ok: true,
    kind: 'connect',
    auth: { role, scopes },
    server: { version: server.version, connId: server.connId },
    version: server.version,
    url,
  };
}
