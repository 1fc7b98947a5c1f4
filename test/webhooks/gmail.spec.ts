import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSON5 from 'json5';
import { OPENCLAW, cleanEnvironment, until, writeConfig } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';

/** Stands for gcloud and gog: notes what it is called with, and answers what a test wants. */
const PROGRAM = `#!/bin/sh
name=$(basename "$0")
printf '%s %s\\n' "$name" "$*" >> "$CALLS"
case "$name $*" in
  "gcloud auth list"*) cat "$LOGIN" ;;
  "gcloud config get-value project"*) echo my-project ;;
  "gcloud pubsub "*" describe "*) exit 1 ;;
  "gog gmail watch serve"*) env | grep '^OPENCLAW_' >> "$CALLS"; exec sleep 600 ;;
esac
`;

describe('openclaw webhooks gmail', () => {
  let root: string;
  let env: Record<string, string>;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'openclaw-gmail-'));
    mkdirSync(join(root, 'bin'));
    for (const name of ['gcloud', 'gog']) {
      writeFileSync(join(root, 'bin', name), PROGRAM);
      chmodSync(join(root, 'bin', name), 0o755);
    }
    writeFileSync(join(root, 'login'), 'me@gmail.com\n');
    writeConfig(root, {});
    env = {
      OPENCLAW_STATE_DIR: root,
      OPENCLAW_GATEWAY_PORT: '28999',
      PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
      CALLS: join(root, 'calls'),
      LOGIN: join(root, 'login'),
    };
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const calls = (): string[] => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');
  const setup = (...more: string[]): Promise<CliResult> =>
    runCli(['webhooks', 'gmail', 'setup', '--account', 'me@gmail.com', ...more], { env });
  const ENDPOINT = ['--push-endpoint', 'https://home.example/gmail-pubsub'];

  it('makes topic, subscription and watch, and writes the configuration; the watcher runs with it until it is ended', async () => {
    const { code, stderr, stdout } = await setup(...ENDPOINT);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Gmail watches INBOX of me@gmail.com')]);
    expect(stdout).toContain('webhooks gmail run');
    const at = '--project my-project --quiet';
    const topic = 'projects/my-project/topics/gog-gmail-watch';
    const made = calls().filter((call) => !/--version|auth list|get-value/.test(call));
    const token = /token=([0-9a-f]{64})/.exec(made.join('\n'))?.[1] ?? '';
    expect(token).not.toBe('');
    expect(made).toEqual([
      `gcloud services enable gmail.googleapis.com pubsub.googleapis.com ${at}`,
      `gcloud pubsub topics describe ${topic} ${at}`,
      `gcloud pubsub topics create ${topic} ${at}`,
      `gcloud pubsub topics add-iam-policy-binding ${topic} --member serviceAccount:gmail-api-push@system.gserviceaccount.com --role roles/pubsub.publisher ${at}`,
      `gcloud pubsub subscriptions describe gog-gmail-watch-push ${at}`,
      `gcloud pubsub subscriptions create gog-gmail-watch-push --topic ${topic} --push-endpoint https://home.example/gmail-pubsub?token=${token} ${at}`,
      `gog gmail watch start --account me@gmail.com --label INBOX --topic ${topic}`,
    ]);
    const text = readFileSync(join(root, 'openclaw.json'), 'utf8');
    const { hooks } = JSON5.parse<{ hooks: Record<string, unknown> }>(text);
    expect(hooks).toMatchObject({
      enabled: true,
      presets: ['gmail'],
      gmail: { account: 'me@gmail.com', topic, hookUrl: 'http://127.0.0.1:28999/hooks/gmail', renewEveryMinutes: 720 },
    });
    // Neither token stands in the file, or was shown.
    expect([text, stdout, stderr].join('')).not.toContain(token);

    const watcher = spawn(process.execPath, [OPENCLAW, 'webhooks', 'gmail', 'run'], { env: cleanEnvironment(env) });
    const ended = new Promise((resolve) => watcher.once('exit', resolve));
    await until('the watcher', () => calls().at(-1)?.startsWith('gog gmail watch serve') === true);
    expect(calls().at(-1)).toMatch(
      new RegExp(
        `--bind 127.0.0.1 --port 8788 --path /gmail-pubsub --token ${token} --hook-url http://127.0.0.1:28999/hooks/gmail --hook-token [0-9a-f]{64} --include-body --max-bytes 20000$`,
      ),
    );
    watcher.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('changes nothing where something is missing, and says what', async () => {
    const before = readFileSync(join(root, 'openclaw.json'), 'utf8');
    expect((await setup()).stderr).toContain('--push-endpoint <https url>');
    expect((await setup('--push-endpoint', 'http://x.example')).stderr).toContain('must be an https address');
    writeFileSync(join(root, 'login'), '');
    expect((await setup(...ENDPOINT)).stderr).toContain('gcloud auth login');
    const none = await runCli(['webhooks', 'gmail', 'setup', '--account', 'a', ...ENDPOINT], {
      env: { ...env, PATH: join(root, 'none') },
    });
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/not found on the PATH of this machine: gcloud \(.*\); gog \(/);
    const run = await runCli(['webhooks', 'gmail', 'run', '--account', 'a', '--project', 'p'], { env });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('webhooks gmail setup')]);
    expect(readFileSync(join(root, 'openclaw.json'), 'utf8')).toBe(before);
  });
});
