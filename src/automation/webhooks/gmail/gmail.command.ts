import { randomBytes } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { CliCommand, CommandGroup, type JsonOptions, parseWholeNumber } from '../../../common/cli/cli-command';
import { UsageError } from '../../../common/cli/cli-error';
import { printJson, printLine, printNote } from '../../../common/cli/output';
import { commandLine } from '../../../common/cli/own-commands';
import { OpenclawError, messageOf } from '../../../common/openclaw-error';
import { ConfigWriter } from '../../../config/config-writer';
import { Environment } from '../../../config/environment';
import { loadConfig } from '../../../config/load-config';
import { gatewayPort } from '../../../config/ports';
import type { HooksConfig } from '../../../config/sections/extensions.config';
import { resolveConfigPath, resolveStateDir } from '../../../config/state-paths';
import { type GmailFlags, gmailSettings, watchServe, watchStart } from './gmail-settings';
import { configEdits, currentProject, needLogin, setUpWatch } from './gmail-setup';
import { GooglePrograms, missing } from './google-programs';

const MINUTE_MS = 60_000;
const newSecret = (): string => randomBytes(32).toString('hex');

abstract class GmailCommandBase extends CliCommand {
  @Inject(Environment) protected readonly env!: Environment;

  @Option({ flags: '--account <address>', description: 'whose mail; hooks.gmail.account by default' })
  parseAccount(value: string): string {
    return value;
  }

  @Option({ flags: '--project <id>', description: 'project of Google Cloud; the one that gcloud works on by default' })
  parseProject(value: string): string {
    return value;
  }

  @Option({ flags: '--topic <name>', description: 'topic of Pub/Sub; gog-gmail-watch by default' })
  parseTopic(value: string): string {
    return value;
  }

  @Option({ flags: '--label <name>', description: 'label that is watched; INBOX by default' })
  parseLabel(value: string): string {
    return value;
  }

  @Option({ flags: '--hook-url <url>', description: 'where the gateway takes it; this gateway by default' })
  parseHookUrl(value: string): string {
    return value;
  }

  @Option({ flags: '--bind <host>', description: 'where the watcher listens; 127.0.0.1 by default' })
  parseBind(value: string): string {
    return value;
  }

  @Option({ flags: '--port <n>', description: 'its port, 8788 by default' })
  parsePort(value: string): number {
    return parseWholeNumber('--port', value, 1, 65_535);
  }

  @Option({ flags: '--path <path>', description: 'its path, /gmail-pubsub by default' })
  parsePath(value: string): string {
    return value;
  }

  @Option({ flags: '--max-bytes <n>', description: 'most of a message that is handed on, 20000 by default' })
  parseMaxBytes(value: string): number {
    return parseWholeNumber('--max-bytes', value, 1);
  }

  @Option({ flags: '--renew-minutes <n>', description: 'how often the watch is renewed, 720 by default' })
  parseRenewMinutes(value: string): number {
    return parseWholeNumber('--renew-minutes', value, 1, 10_000);
  }

  /** What is configured, where it stands, and where the gateway takes hooks. */
  protected place(): { path: string; hooks: HooksConfig; gatewayUrl: string } {
    const stateDir = resolveStateDir(this.env);
    this.env.loadOwnDotenv(stateDir);
    const path = resolveConfigPath(this.env, stateDir);
    const { config } = loadConfig(path, this.env);
    const hooks = config.hooks ?? {};
    const scheme = config.gateway?.tls?.enabled ? 'https' : 'http';
    return {
      path,
      hooks,
      gatewayUrl: `${scheme}://127.0.0.1:${gatewayPort(config, this.env)}${hooks.path ?? '/hooks'}`,
    };
  }
}

type SetupOptions = JsonOptions & GmailFlags & { pushEndpoint?: string };

@SubCommand({
  name: 'setup',
  description: 'have Gmail tell the gateway of new mail: topic, subscription, watch, configuration',
})
export class GmailSetupCommand extends GmailCommandBase {
  @Option({ flags: '--subscription <name>', description: 'subscription of Pub/Sub; gog-gmail-watch-push by default' })
  parseSubscription(value: string): string {
    return value;
  }

  @Option({
    flags: '--push-endpoint <url>',
    description: 'public https address that leads to the watcher: a tunnel, a reverse proxy',
  })
  parsePushEndpoint(value: string): string {
    return value;
  }

  async run(_: string[], options: SetupOptions): Promise<void> {
    const { path, hooks, gatewayUrl } = this.place();
    const endpoint = httpsAddress(options.pushEndpoint);
    const programs = new GooglePrograms(this.env.all());
    await programs.need('gcloud', 'gog');
    await needLogin(programs);
    const project = options.project ?? (await currentProject(programs));
    const settings = gmailSettings(hooks, options, {
      gatewayUrl,
      newToken: newSecret(),
      ...(project === undefined ? {} : { project }),
    });
    await setUpWatch(programs, settings, endpoint, (step) => printNote(step));
    const token = hooks.token ?? newSecret();
    await new ConfigWriter(path, this.env).edit(configEdits(settings, token, hooks.presets ?? []));
    const { pushToken: _secret, ...shown } = settings;
    if (options.json) printJson({ ...shown, pushEndpoint: endpoint });
    else printLine(`set up; keep the watcher running with: ${commandLine('webhooks gmail run')}`);
  }
}

@SubCommand({ name: 'run', description: 'run the watcher that takes what Gmail pushes, and renew the watch' })
export class GmailRunCommand extends GmailCommandBase {
  async run(_: string[], options: JsonOptions & GmailFlags): Promise<void> {
    if (options.json) throw new UsageError('webhooks gmail run goes on until it is ended, and has no JSON output');
    const { hooks, gatewayUrl } = this.place();
    const settings = gmailSettings(hooks, options, { gatewayUrl });
    const { token } = hooks;
    if (token === undefined) throw new UsageError('hooks.token is missing: run "openclaw webhooks gmail setup" first');
    const programs = new GooglePrograms(this.env.all());
    await programs.need('gog');
    await programs.run('gog', watchStart(settings));
    const renewal = setInterval(() => {
      programs.run('gog', watchStart(settings)).catch((error: unknown) => {
        printNote(`the watch was not renewed: ${messageOf(error)}`);
      });
    }, settings.renewEveryMinutes * MINUTE_MS);
    let isWanted = true;
    const end = (): void => {
      isWanted = false;
      watcher.kill('SIGTERM');
    };
    // Listened for before the watcher is there: whoever sees it run may end it at once.
    process.once('SIGINT', end).once('SIGTERM', end);
    const watcher = programs.start('gog', watchServe(settings, token));
    printNote(`Gmail is watched for ${settings.account}; new mail goes to ${settings.hookUrl}`);
    try {
      const how = await new Promise<string>((resolve, reject) => {
        watcher.once('error', () => reject(missing('gog')));
        watcher.once('exit', (code, signal) => resolve(String(code ?? signal)));
      });
      if (isWanted) throw new OpenclawError('PROGRAM_FAILED', `gog gmail watch serve has ended (${how})`);
    } finally {
      clearInterval(renewal);
      process.off('SIGINT', end).off('SIGTERM', end);
    }
  }
}

/** @throws UsageError for what Google would refuse */
function httpsAddress(text: string | undefined): string {
  if (text === undefined)
    throw new UsageError(
      'under which address does Google reach the watcher? --push-endpoint <https url>, such as that of a tunnel to its port',
    );
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:')
    throw new UsageError(`--push-endpoint must be an https address, got "${text}"`);
  return text;
}

const LEAVES = [GmailSetupCommand, GmailRunCommand];

@SubCommand({ name: 'gmail', description: 'new mail of Gmail as a webhook', subCommands: LEAVES })
export class GmailCommand extends CommandGroup {}

export const GMAIL_COMMANDS = [GmailCommand, ...LEAVES] as const;
