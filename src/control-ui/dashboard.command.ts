import { spawn } from 'node:child_process';
import { Command, Option } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { printJson, printLine } from '../common/cli/output';
import { portOf } from '../common/net/host';
import { readLockOwner } from '../common/lock-file';
import { OpenclawError } from '../common/openclaw-error';
import { isAlive } from '../common/process-identity';
import { Environment } from '../config/environment';
import { type GatewayTarget, resolveGatewayTarget } from '../config/gateway-target';
import { gatewayLockPath, resolveConfigPath } from '../config/state-paths';
import { withGateway } from '../gateway/client/with-gateway';
import { loginLink } from '../gateway/http/login-link';
import type { ControlUiPlace } from './control-ui.rpc';

@Command({ name: 'dashboard', description: 'print the login link of the Control UI and open it' })
export class DashboardCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--no-open', description: 'print the link only' })
  parseOpen(): boolean {
    return false;
  }

  /** The link holds the secret: it names an address only of which the gateway itself said that the page is there. */
  async run(_: string[], options: GatewayOptions & { open?: boolean }): Promise<void> {
    const target = resolveGatewayTarget(this.env, options);
    const place = await withGateway(
      target,
      (client) => client.call<ControlUiPlace>('controlUi.place'),
      options.timeout === undefined ? {} : { timeoutMs: options.timeout },
    );
    if (!place.served)
      throw new OpenclawError(
        'CONTROL_UI_OFF',
        'the gateway serves no Control UI; set gateway.controlUi.enabled to true, or run: npm run build',
      );
    const [own] = place.addresses;
    const address = own !== undefined && this.isHere(target, place) ? own : addressOf(target.url, place.basePath);
    const secret = place.authMode === 'password' ? target.password : target.token;
    const url = loginLink(address, {
      mode: place.authMode,
      ...(place.authMode === 'none' || secret === undefined ? {} : { secret }),
    });
    if (options.json) printJson(linkView(url, address, target.url));
    else printLine(url);
    if (options.open !== false && process.stdout.isTTY) openBrowser(url);
  }

  /** Whether the gateway that answered is the one of this machine's state, not one at the other end of a tunnel. */
  private isHere(target: GatewayTarget, place: ControlUiPlace): boolean {
    const owner = readLockOwner(gatewayLockPath(target.stateDir, resolveConfigPath(this.env, target.stateDir)));
    return owner !== undefined && owner.pid === place.pid && isAlive(owner);
  }
}

/** The link and its parts, for programs. */
const linkView = (url: string, address: string, gatewayUrl: string): object => ({
  ok: true,
  url,
  httpUrl: address,
  wsUrl: gatewayUrl,
  port: portOf(new URL(gatewayUrl)),
  tokenIncluded: new URL(url).hash !== '',
});

/** The page as the gateway's own port serves it, by the way that led to the gateway. */
function addressOf(gatewayUrl: string, basePath: string): string {
  const url = new URL(gatewayUrl);
  return `${url.protocol === 'wss:' ? 'https' : 'http'}://${url.host}${basePath}/`;
}

function openBrowser(url: string): void {
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
