import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeSlack } from '../fakes/slack-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, TEST_TOKEN, cleanEnvironment, freePort, writeConfig } from '../harness/gateway-process';
import { Terminal } from '../harness/terminal';
import { ROOT } from './command-blocks';

/** What somebody does at the terminal of one command: waits for this, then presses these keys. */
export type Presses = readonly (readonly [shown: string | RegExp, ...keys: string[]])[];

/** What a reader of the pages has: a gateway with platforms and a model, a folder and a home. */
export class Reader {
  private constructor(
    readonly telegram: FakeTelegram,
    readonly slack: FakeSlack,
    readonly models: FakeModels,
    /** Takes the answers of the webhook channel. */
    private readonly house: Server,
    readonly gateway: GatewayProcess,
    readonly home: string,
    private readonly aloneAt: number,
  ) {}

  static async start(): Promise<Reader> {
    const [telegram, slack, models] = [await FakeTelegram.start(), await FakeSlack.start(), await FakeModels.start()];
    slack.people.push({ id: 'U5', name: 'ann', real_name: 'Ann Example' });
    const home = mkdtempSync(join(tmpdir(), 'openclaw-reader-'));
    symlinkSync(join(ROOT, 'bin'), join(home, 'bin'));
    const house = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(house, 'listening');
    const config = Reader.config(telegram, slack, models, (house.address() as AddressInfo).port);
    const gateway = await GatewayProcess.start({ config, env: { ...Reader.variables(slack), HOME: home } });
    mkdirSync(join(home, 'alone'));
    writeConfig(join(home, 'alone'), config);
    return new Reader(telegram, slack, models, house, gateway, home, await freePort());
  }

  private static config(
    telegram: FakeTelegram,
    slack: FakeSlack,
    models: FakeModels,
    house: number,
  ): Record<string, unknown> {
    return {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' }, heartbeat: { every: '0m' } } },
      channels: {
        telegram: {
          botToken: telegram.token,
          apiRoot: telegram.apiRoot,
          dmPolicy: 'pairing',
          allowFrom: [12345, 67890],
          accounts: { work: { botToken: '123:another', enabled: false } },
        },
        slack: {
          botToken: slack.botToken,
          appToken: slack.appToken,
          apiRoot: slack.apiRoot,
          dm: { policy: 'allowlist', allowFrom: ['U5'] },
          channels: { general: {} },
        },
        webhook: {
          secret: '${HOUSE_WEBHOOK_SECRET}',
          url: `http://127.0.0.1:${house}/answers`,
          dmPolicy: 'allowlist',
          allowFrom: ['ann'],
        },
      },
      hooks: { enabled: true, token: '${TOKEN}' },
    };
  }

  private static variables(slack: FakeSlack): Record<string, string> {
    return {
      TOKEN: 'what-programs-know-that-tell-things',
      HOUSE_WEBHOOK_SECRET: 'known-to-both-sides-of-it',
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
    };
  }

  /** Writes a file of the folder in which commands are run. */
  write(path: string, text: string): void {
    mkdirSync(join(this.home, path, '..'), { recursive: true });
    writeFileSync(join(this.home, path), text);
  }

  /** The state directory without a gateway gets what a gateway leaves behind. */
  async oldState(): Promise<void> {
    const { OPENCLAW_STATE_DIR: stateDir = '', ...env } = this.environment(true);
    await (
      await GatewayProcess.start({
        stateDir,
        port: this.aloneAt,
        env: { ...env, OPENCLAW_SKIP_CHANNELS: '1' },
      })
    ).stop();
  }

  /** The assistant proposes a skill. */
  async proposed(name: string, text: string): Promise<void> {
    const args = { reason: `${name} took twelve calls.`, files: [{ path: 'SKILL.md', content: text }] };
    this.models.answer = ({ toolResults }) => ({
      steps: toolResults === 0 ? [{ tool: { name: 'skill_propose', args } }] : [{ text: 'Proposed.' }],
    });
    const { code, output } = await this.script([`openclaw agent -m 'write down ${name}'`], false);
    this.models.answer = () => ({ steps: [{ text: 'Hello.' }] });
    if (code !== 0) throw new Error(output);
  }

  /** Variables of a shell. @param alone on a state directory of its own, in which no gateway runs */
  environment(alone: boolean): Record<string, string> {
    const running = {
      OPENCLAW_STATE_DIR: this.gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(this.gateway.port),
      OPENCLAW_GATEWAY_TOKEN: TEST_TOKEN,
    };
    const state = alone
      ? { OPENCLAW_STATE_DIR: join(this.home, 'alone'), OPENCLAW_GATEWAY_PORT: String(this.aloneAt) }
      : running;
    return { ...Reader.variables(this.slack), ...state, OPENCLAW_UI_PORT: '0', HOME: this.home };
  }

  /** Runs commands as one script of Bash that ends at the first that fails, and names it. */
  async script(commands: readonly string[], alone: boolean): Promise<{ code: number | string; output: string }> {
    const watched = 'set -eo pipefail; trap \'echo "failed with $?: $BASH_COMMAND" >&2\' ERR';
    const child = spawn('bash', ['-c', [watched, ...commands].join('\n')], {
      cwd: this.home,
      env: cleanEnvironment(this.environment(alone)),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
    const code = await new Promise<number | string>((done) =>
      child.once('close', (exit, signal) => done(exit ?? signal ?? 'unknown')),
    );
    clearTimeout(timer);
    return { code, output };
  }

  /** Runs one command on a real terminal, at which somebody presses keys. @returns its exit code */
  async atTerminal(command: string, presses: Presses, alone: boolean): Promise<number> {
    const terminal = Terminal.shell(command, this.environment(alone), this.home);
    try {
      for (const [shown, ...keys] of presses) {
        await terminal.shows(shown);
        terminal.press(...keys);
      }
      return await terminal.end();
    } finally {
      terminal.close();
    }
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await Promise.all([this.telegram.stop(), this.slack.stop(), this.models.stop()]);
    this.house.closeAllConnections();
    this.house.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}
