import { spawn } from 'node:child_process';
import { Command, Option } from 'nest-commander';
import { CliCommand, type JsonOptions } from '../common/cli/cli-command';
import { printJson, printLine } from '../common/cli/output';
import { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import { gatewayPort, uiPort } from '../config/ports';
import { resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { loginLink } from '../gateway/http/login-link';
import { normalBasePath } from '../gateway/runtime-settings';

@Command({ name: 'dashboard', description: 'print the login link of the Control UI and open it' })
export class DashboardCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--no-open', description: 'print the link only' })
  parseOpen(): boolean {
    return false;
  }

  run(_: string[], options: JsonOptions & { open?: boolean }): Promise<void> {
    const stateDir = resolveStateDir(this.env);
    this.env.loadOwnDotenv(stateDir);
    const { config } = loadConfig(resolveConfigPath(this.env, stateDir), this.env);
    const port = uiPort(this.env) || gatewayPort(config, this.env);
    const auth = config.gateway?.auth ?? {};
    const mode = auth.mode ?? (auth.password && !auth.token ? 'password' : 'token');
    const secret =
      mode === 'password'
        ? (auth.password ?? this.env.get('OPENCLAW_GATEWAY_PASSWORD'))
        : (auth.token ?? this.env.get('OPENCLAW_GATEWAY_TOKEN'));
    const scheme = config.gateway?.tls?.enabled ? 'https' : 'http';
    const basePath = normalBasePath(config.gateway?.controlUi?.basePath);
    const url = loginLink(`${scheme}://127.0.0.1:${port}${basePath}/`, {
      mode,
      ...(secret === undefined ? {} : { secret }),
    });
    if (options.json) printJson({ url });
    else printLine(url);
    if (options.open !== false && process.stdout.isTTY) openBrowser(url);
    return Promise.resolve();
  }
}

function openBrowser(url: string): void {
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
