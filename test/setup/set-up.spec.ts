import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '../harness/gateway-process';
import { SetUpTree } from './set-up-tree';

describe('set-up', () => {
  let tree: SetUpTree;
  beforeEach(async () => {
    tree = await SetUpTree.make();
  });
  afterEach(() => tree.remove());

  const TIME = String.raw`\d+\.\d s`;

  it('shows each step with its time, keeps the noise of the programs in the log, and is silent when all is there', async () => {
    const first = tree.start();
    expect(await first.ended).toBe(0);
    expect(first.stdout).toBe('the gateway: gateway run');
    const lines = first.stderr.trim().split('\n');
    for (const title of [
      'Installing 2 packages',
      'Compiling',
      'Building the pages',
      'Bundling',
      'Preparing a quick start',
    ]) {
      expect(lines).toContain(`${title} …`);
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${title}: done in ${TIME}$`)));
    }
    expect(lines).toHaveLength(10);
    expect(readFileSync(tree.at('.setup', 'setup.log'), 'utf8')).toContain('noise of vite');
    const second = tree.start();
    expect(await second.ended).toBe(0);
    expect(second.stderr).toBe('');
  });

  const FAULTS: [string, { answer?: number; url?: string }, RegExp, RegExp][] = [
    ['no registry at that port', { url: 'http://127.0.0.1:9/' }, /refuses connections: .*127\.0\.0\.1:9/, /network/],
    [
      'a name that does not exist',
      { url: 'http://registry.invalid/' },
      /can't be resolved: .*registry\.invalid/,
      /proxy/,
    ],
    ['a package that the registry lacks', { answer: 404 }, /does not have it: http/, /npm config delete registry/],
    ['a registry that refuses', { answer: 403 }, /refuses it/, /who looks after the registry/],
    ['a registry that wants a login', { answer: 401 }, /asks for a login/, /npm login/],
    ['a broken registry', { answer: 503 }, /fault of its own \(503\)/, /later/],
    ['a registry that never answers', { answer: 0 }, /did not answer in time/, /network/],
    ['a damaged package', { answer: 200 }, /not what was published/, /npm cache clean/],
  ];
  it.each(FAULTS)('says in three lines what is wrong: %s', async (_, { answer, url }, why, whatToDo) => {
    if (answer !== undefined)
      tree.misbehave = (request, response) => {
        // A damaged package: what the registry says of it is whole.
        if (answer === 200 && !request.url?.endsWith('.tgz')) return tree.serve(request, response);
        if (answer !== 0) response.writeHead(answer, { 'content-type': 'application/json' }).end('{"error":"no"}');
      };
    const run = tree.start(url === undefined ? {} : { npm_config_registry: url });
    expect(await run.ended).toBe(1);
    const [begun, ended, what, reason, advice, log, ...more] = run.stderr.trimEnd().split('\n');
    expect([begun, ended]).toEqual([
      'Installing 2 packages …',
      expect.stringMatching(/^Installing 2 packages: failed after/),
    ]);
    expect(what).toBe('error: failed: Installing 2 packages');
    expect(reason).toMatch(/^why: /);
    expect(reason).toMatch(why);
    expect(advice).toMatch(/^what to do: /);
    expect(advice).toMatch(whatToDo);
    expect(log).toBe(`log: ${tree.at('.setup', 'setup.log')}`);
    expect(more).toEqual([]);
    expect(readFileSync(tree.at('.setup', 'setup.log'), 'utf8')).toContain('npm error');

    delete tree.misbehave;
    expect(await tree.start().ended).toBe(0);
  });

  it('asks for archives only, and for more where a registry keeps them elsewhere', async () => {
    const asked: string[] = [];
    tree.misbehave = (request, response) => {
      asked.push(request.url ?? '');
      tree.serve(request, response);
    };
    expect(await tree.start().ended).toBe(0);
    expect(asked).toHaveLength(2);
    expect(asked.every((url) => url.endsWith('.tgz'))).toBe(true);
    expect(existsSync(tree.at('npm-shrinkwrap.json'))).toBe(false);

    rmSync(tree.at('node_modules'), { recursive: true });
    rmSync(tree.at('cache'), { recursive: true });
    tree.misbehave = (request, response) => {
      if (request.url?.includes('/-/')) return void response.writeHead(404).end('{}');
      request.url = request.url?.replace('/elsewhere/', '/-/') ?? '';
      tree.serve(request, response, (text) => text.replaceAll('/-/', '/elsewhere/'));
    };
    expect(await tree.start().ended).toBe(0);
    expect(existsSync(tree.at('npm-shrinkwrap.json'))).toBe(false);
  });

  it('names the line of the compiler when the build fails, and builds once it is mended', async () => {
    writeFileSync(tree.at('broken'), '');
    const run = tree.start();
    expect(await run.ended).toBe(1);
    expect(run.stderr).toContain("error: failed: Compiling\nwhy: src/a.ts: error: Expected ';'\nwhat to do: ");
    rmSync(tree.at('broken'));
    expect(await tree.start().ended).toBe(0);
  });

  it('names the error that ended a program, not the line of a bundle that it came from', async () => {
    const program = readFileSync(tree.at('scripts', 'code-cache.mjs'), 'utf8');
    const line = `const error = 'error: ${'of a long line '.repeat(9000)}';`;
    writeFileSync(tree.at('scripts', 'code-cache.mjs'), `${line} throw new TypeError('there is no gateway');`);
    const run = tree.start();
    expect(await run.ended).toBe(1);
    expect(run.stderr).toContain('failed: Preparing a quick start\nwhy: TypeError: there is no gateway\nwhat to do: ');
    writeFileSync(tree.at('scripts', 'code-cache.mjs'), program);
    expect(await tree.start().ended).toBe(0);
  });

  it('starts anew after it was killed while it installed', async () => {
    tree.misbehave = () => undefined;
    const run = await tree.startUntil('Installing 2 packages …');
    run.child.kill('SIGKILL');
    await run.ended;
    delete tree.misbehave;
    expect(await tree.start().ended).toBe(0);
  });

  it('makes libraries anew of which a part was left by an installation that was cut off', async () => {
    expect(await tree.start().ended).toBe(0);
    rmSync(tree.at('node_modules', '.package-lock.json'));
    rmSync(tree.at('node_modules', 'vite'), { recursive: true });
    rmSync(tree.at('dist'), { recursive: true });
    const second = tree.start();
    expect(await second.ended).toBe(0);
    expect(second.stderr).toContain('Installing 2 packages: done');
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('builds anew after %s while it built', async (signal) => {
    writeFileSync(tree.at('slow'), '');
    const run = await tree.startUntil('Building the pages: done');
    run.child.kill(signal);
    expect(await run.ended).toBe(signal === 'SIGTERM' ? 143 : 'SIGKILL');
    rmSync(tree.at('slow'));
    const second = tree.start();
    expect(await second.ended).toBe(0);
    expect(second.stderr).toContain('Compiling: done');
    expect(second.stderr).not.toContain('Installing');
  });

  it('takes the steps down with it when it is told to stop', async () => {
    writeFileSync(tree.at('slow'), '');
    const run = await tree.startUntil('Building the pages: done');
    const children = readFileSync(`/proc/${run.child.pid}/task/${run.child.pid}/children`, 'utf8').trim().split(' ');
    expect(children).toHaveLength(1);
    run.child.kill('SIGTERM');
    await run.ended;
    await until('the step is gone', () => children.every((pid) => !existsSync(`/proc/${pid}`)), 3000);
  });

  describe('the link that makes "openclaw" a command', () => {
    const home = (): string => tree.at('home', '.local', 'bin');
    const path = (...folders: string[]): Record<string, string> => ({
      PATH: [...folders, dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    });

    it('is made at the first start in the own folder of programs that is on the PATH, is said once, and stays removed', async () => {
      const first = tree.start(path(home()));
      expect(await first.ended).toBe(0);
      const link = join(home(), 'openclaw');
      expect(readlinkSync(link)).toBe(tree.at('bin', 'openclaw'));
      expect(first.stderr).toContain(
        `Linked ${link} to this copy: "openclaw" is a command now (to undo: rm ${link})\n`,
      );
      rmSync(link);
      rmSync(tree.at('dist'), { recursive: true });
      const second = tree.start(path(home()));
      expect(await second.ended).toBe(0);
      expect(second.stderr).not.toContain('Linked');
      expect(existsSync(link)).toBe(false);
    });

    it('is not made without such a folder on the PATH, nor beside or in the place of another program', async () => {
      expect(await tree.start(path()).ended).toBe(0);
      expect(existsSync(home())).toBe(false);
      rmSync(tree.at('dist'), { recursive: true });
      mkdirSync(tree.at('others'));
      writeFileSync(tree.at('others', 'openclaw'), 'of somebody else');
      expect(await tree.start(path(home(), tree.at('others'))).ended).toBe(0);
      expect(existsSync(home())).toBe(false);
      rmSync(tree.at('dist'), { recursive: true });
      mkdirSync(home(), { recursive: true });
      writeFileSync(join(home(), 'openclaw'), 'of somebody else');
      expect(await tree.start(path(home())).ended).toBe(0);
      expect(readFileSync(join(home(), 'openclaw'), 'utf8')).toBe('of somebody else');
    });
  });

  it('asks for a newer Node in three lines', async () => {
    writeFileSync(
      tree.at('old.cjs'),
      `Object.defineProperty(process.versions, 'node', { value: '18.20.0' }); Object.defineProperty(process, 'version', { value: 'v18.20.0' });`,
    );
    const run = tree.start({ NODE_OPTIONS: `--require ${tree.at('old.cjs')}` });
    expect(await run.ended).toBe(1);
    expect(run.stderr).toBe(
      'error: this Node is too old\nwhy: Node 20.19 or newer is needed; this is v18.20.0\n' +
        'what to do: install a newer one (https://nodejs.org), then start again\n',
    );
  });
});
