import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const withSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;
const works = (line: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', line], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
/** A project of a language is only tried where its tools are; `.ci/run` installs them. */
const withTools = (...programs: string[]): typeof it =>
  programs.every((program) => works(`command -v ${program}`)) ? it : it.skip;
/** Folder into which `npm install vitest` was done; nothing is fetched while tests run. */
const VITEST = join(process.env['TEST_VITEST'] ?? '', 'node_modules');
const withVitest = existsSync(join(VITEST, 'vitest')) ? it : it.skip;
const withPytest = works('python3 -m pytest --version') ? it : it.skip;

withSandbox('a sandbox to work in', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start();
  });
  afterAll(() => bench.stop());

  const run = (command: string, session = 'shop', more: Record<string, unknown> = {}): Promise<string> =>
    bench.call('exec', { command, yieldMs: 90_000, ...more }, session);
  const put = (path: string, text: string): void => {
    mkdirSync(bench.workspace(path, '..'), { recursive: true });
    writeFileSync(bench.workspace(path), text);
  };

  it('keeps /tmp and the home folder for the conversation, and for no other', async () => {
    await run('echo kept > /tmp/note; mkdir -p ~/.cache/x; echo cached > ~/.cache/x/y');
    expect(await run('cat /tmp/note ~/.cache/x/y')).toMatch(/kept\ncached/);
    expect(await run('cat /tmp/note ~/.cache/x/y', 'other')).toContain('No such file');
    expect(existsSync('/tmp/note')).toBe(false);
  });

  it('a command that takes the rights away from its folders does not keep the next one from its work', async () => {
    await run('chmod 0 /tmp/home; chmod 0 /tmp', 'locked');
    expect(await run('echo a > /tmp/a && echo b > ~/b && cat /tmp/a ~/b', 'locked')).toMatch(/a\nb/);
    // Nothing counts as running that was never started: commands on the machine are not kept waiting.
    const { payload } = await bench.client.call('chat.history', { sessionKey: 'locked', limit: 10 });
    expect(JSON.stringify(payload)).not.toContain('EACCES');
  });

  it('a server in the background answers the next command, and nobody outside', async () => {
    const server = `require('node:http').createServer((_, r) => r.end('served')).listen(18123, '127.0.0.1', () => console.log('up'))`;
    put('server.cjs', server);
    await run('node server.cjs', 'shop', { background: true });
    const ask = `node -e "const go=(n)=>fetch('http://127.0.0.1:18123/').then(r=>r.text()).then(console.log,e=>n?setTimeout(go,200,n-1):console.log(String(e)));go(50)"`;
    expect(await run(ask)).toContain('served');
    expect(await run(ask.replace('go(50)', 'go(0)'), 'other')).toContain('fetch failed');
    await expect(fetch('http://127.0.0.1:18123/')).rejects.toThrow();
    expect(await run('getent hosts example.com || echo no names')).toContain('no names');
  });

  it('WebAssembly works, commits have an author, and a program alone is found as in a line of them', async () => {
    const wasm = `node -e "const m=new WebAssembly.Memory({initial:1,maximum:65536});console.log('pages',m.buffer.byteLength/65536)"`;
    expect(await run(wasm)).toContain('pages 1');
    expect(
      await run(
        'mkdir -p repo && cd repo && git init -q && echo a > a && git add a && git commit -qm first && git log --format=%an',
      ),
    ).toContain('Assistant');
    const alone = await run('node --version');
    expect(alone).toContain(process.version.split('.')[0]);
    expect(alone).toBe(await run('node --version; true'));
  });

  it('memory that is used is limited all the same', async () => {
    const greedy = `node -e "const all=[];for(let n=0;n<64;n++)all.push(Buffer.alloc(256*1024*1024,1));console.log('had it')"`;
    expect(await run(greedy)).not.toContain('had it');
  });

  it('whose text lies in it is known of what comes out of it', async () => {
    const originOf = async (): Promise<unknown> => {
      const { payload } = await bench.client.call('chat.history', { sessionKey: 'room', limit: 10 });
      const messages = payload?.['messages'] as { role: string; content: { origin?: string }[] }[];
      return messages.filter(({ role }) => role === 'toolResult').at(-1)?.content[0]?.origin;
    };
    await run('echo mine > /tmp/mine', 'room');
    await run('cat /tmp/mine', 'room');
    expect(await originOf()).not.toBe('web');
    const rooms = join(bench.gateway.stateDir, 'cache', 'sandbox');
    for (const room of readdirSync(rooms)) writeFileSync(join(rooms, room, 'origin'), 'web');
    await run('cat /tmp/mine', 'room');
    expect(await originOf()).toBe('web');
  });

  it('goes with its conversation, also while something still runs in it; those of others stay', async () => {
    const rooms = join(bench.gateway.stateDir, 'cache', 'sandbox');
    const marked = (): string[] => readdirSync(rooms).filter((room) => existsSync(join(rooms, room, 'tmp', 'mark')));
    await run('true', 'staying');
    const before = marked().length;
    await run('touch /tmp/mark; ln -s / /tmp/all; mkdir -m 0 /tmp/closed', 'leaving');
    await run('touch /tmp/mark', 'staying');
    await bench.call('exec', { command: 'sleep 60', background: true }, 'leaving');
    expect(marked().length).toBe(before + 2);
    await bench.client.done('sessions.delete', { key: 'leaving' });
    await until('its room to be gone', () => marked().length === before + 1);
    expect(await run('ls /tmp/mark', 'staying')).toContain('/tmp/mark');
    expect(await run('ls /tmp', 'leaving')).not.toContain('mark');
  }, 120_000);

  withTools('node')(
    'a project of Node: its failing test is mended and passes',
    async () => {
      put('js/sum.mjs', 'export const sum = (a, b) => a - b;\n');
      put(
        'js/sum.test.mjs',
        "import test from 'node:test';\nimport assert from 'node:assert';\nimport { sum } from './sum.mjs';\ntest('sum', () => assert.equal(sum(2, 3), 5));\n",
      );
      expect(await run('cd js && node --test')).toContain('exit code 1');
      await bench.call('edit', { path: 'js/sum.mjs', oldText: 'a - b', newText: 'a + b' }, 'shop');
      expect(await run('cd js && node --test')).toMatch(/pass 1/);
    },
    60_000,
  );

  withTools('python3')(
    'a project of Python: the same',
    async () => {
      put('py/area.py', 'def area(w, h):\n    return w + h\n');
      put(
        'py/test_area.py',
        'import unittest\nfrom area import area\n\nclass T(unittest.TestCase):\n    def test_area(self):\n        self.assertEqual(area(2, 3), 6)\n',
      );
      expect(await run('cd py && python3 -m unittest')).toContain('FAILED');
      await bench.call('edit', { path: 'py/area.py', oldText: 'w + h', newText: 'w * h  # and not the sum' }, 'shop');
      expect(await run('cd py && python3 -m unittest')).toMatch(/\nOK/);
    },
    60_000,
  );

  withPytest(
    'a project with pytest: the same',
    async () => {
      put('pt/area.py', 'def area(w, h):\n    return w + h\n');
      put('pt/test_area.py', 'from area import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n');
      expect(await run('cd pt && python3 -m pytest -q')).toContain('1 failed');
      await bench.call('edit', { path: 'pt/area.py', oldText: 'w + h', newText: 'w * h  # and not the sum' }, 'shop');
      expect(await run('cd pt && python3 -m pytest -q')).toContain('1 passed');
    },
    60_000,
  );

  withVitest(
    'a project with vitest: the same',
    async () => {
      cpSync(VITEST, bench.workspace('vt', 'node_modules'), { recursive: true, verbatimSymlinks: true });
      put('vt/package.json', '{"type":"module","scripts":{"test":"vitest run"}}');
      put('vt/sum.ts', 'export const sum = (a: number, b: number): number => a - b;\n');
      put(
        'vt/sum.test.ts',
        "import { expect, test } from 'vitest';\nimport { sum } from './sum';\ntest('sum', () => expect(sum(2, 3)).toBe(5));\n",
      );
      expect(await run('cd vt && npm test')).toContain('1 failed');
      await bench.call('edit', { path: 'vt/sum.ts', oldText: 'a - b', newText: 'a + b' }, 'shop');
      expect(await run('cd vt && npm test')).toContain('1 passed');
    },
    90_000,
  );

  withTools('cc', 'make')(
    'a project of C: the same',
    async () => {
      put('c/twice.c', 'int twice(int n) { return n * 3; }\n');
      put(
        'c/test.c',
        '#include <stdio.h>\nint twice(int);\nint main(void) { if (twice(4) != 8) { puts("wrong"); return 1; } puts("right"); return 0; }\n',
      );
      put('c/Makefile', 'test: twice.c test.c\n\t$(CC) -o test twice.c test.c\n\t./test\n.PHONY: test\n');
      expect(await run('make -C c test')).toContain('wrong');
      await bench.call('edit', { path: 'c/twice.c', oldText: 'n * 3', newText: 'n * 2' }, 'shop');
      expect(await run('make -C c test')).toContain('right');
    },
    60_000,
  );
});
