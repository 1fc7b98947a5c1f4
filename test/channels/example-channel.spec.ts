import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DynamicModule, Type } from '@nestjs/common';
import { CHANNELS } from '../../src/bootstrap/channel-list';
import { type RunningGateway, startGateway } from '../../src/bootstrap/start-gateway';
import { Environment } from '../../src/config/environment';
import { FakeModels } from '../fakes/model-server';
import { writeConfig, until } from '../harness/gateway-process';

const root = resolve(__dirname, '../..');

/** The how-to as somebody follows it: its files, outside `src`, and its line in the list. */
describe('the channel of docs/how-to/add-a-channel.md', () => {
  const folder = join(root, 'test', 'channels', `.example-${process.pid}`);
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-test-'));
  const box = join(stateDir, 'box');
  let models: FakeModels;
  let gateway: RunningGateway | undefined;

  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `You said: ${lastUser.replace(/^\[.*?\] /, '')}` }] });
    const guide = readFileSync(join(root, 'docs/how-to/add-a-channel.md'), 'utf8');
    mkdirSync(folder);
    const files = [...guide.matchAll(/`dropbox\/([\w.-]+)`:\n\n```ts\n([\s\S]*?)```/g)];
    expect(files.map(([, name]) => name)).toEqual(['dropbox.config.ts', 'dropbox.adapter.ts', 'dropbox.module.ts']);
    for (const [, name = '', code = ''] of files) {
      // The folder of the guide is two levels below `src`, this one is elsewhere.
      const moved = code
        .replace(/from '\.\.\/\.\.\//g, "from '../../../src/")
        .replace(/from '\.\.\//g, "from '../../../src/channels/");
      writeFileSync(join(folder, name), moved);
    }
  });
  afterAll(async () => {
    await gateway?.close({ reason: 'test', restartExpectedMs: null });
    await models.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('takes messages and answers them, each once', async () => {
    writeConfig(stateDir, {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      channels: { dropbox: { folder: box } },
    });
    const load = async (config: { channels?: unknown }): Promise<DynamicModule | undefined> =>
      (config.channels as { dropbox?: object } | undefined)?.dropbox === undefined
        ? undefined
        : { module: ((await import(join(folder, 'dropbox.module'))) as { DropboxModule: Type }).DropboxModule };
    const env = new Environment({ HOME: stateDir, OPENCLAW_STATE_DIR: stateDir, OPENCLAW_UI_PORT: '0' });
    gateway = await startGateway(env, { port: 0 }, [...CHANNELS, { id: 'dropbox', load }]);
    expect(gateway.report.steps().find(({ name }) => name === 'channels start: dropbox')).toMatchObject({
      state: 'done',
    });
    const put = (name: string, text: string): void => {
      writeFileSync(join(box, name), text);
      renameSync(join(box, name), join(box, 'in', name));
    };
    const answers = (): string[] =>
      readdirSync(join(box, 'out'))
        .filter((name) => name.endsWith('.txt'))
        .map((name) => readFileSync(join(box, 'out', name), 'utf8'));
    await until('the folders', () => readdirSync(stateDir).includes('box') && readdirSync(box).length === 3);
    put('001', 'hello there');
    await until('the answer', () => answers().length === 1);
    expect(answers()).toEqual(['You said: hello there']);
    // The same message again, as after a crash between commit and rename.
    put('001', 'hello there');
    await until('the file to be taken', () => readdirSync(join(box, 'in')).length === 0);
    put('002', 'and again');
    await until('the answer', () => answers().length === 2);
    expect(answers().sort()).toEqual(['You said: and again', 'You said: hello there']);
  });
});
