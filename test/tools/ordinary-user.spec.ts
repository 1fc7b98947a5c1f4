import { readFileSync } from 'node:fs';
import { ToolBench } from '../harness/tool-bench';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;
/** Not root, and without rights: as most people run it. Files stay those of whoever runs the tests. */
const ORDINARY_USER = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] as const;

describeWithSandbox('sandboxed commands of a gateway that an ordinary user runs', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start({ runBy: [...ORDINARY_USER] });
  });
  afterAll(() => bench.stop());

  it('run, the first of a conversation and those after it', async () => {
    const steps = [
      'id -u > who.txt; cat who.txt',
      'echo second >> steps.txt',
      'echo third >> steps.txt; cat steps.txt',
    ];
    const told = await bench.turn(steps.map((command) => ({ name: 'exec', args: { command } })));
    expect(told[0]).toContain('1000');
    expect(told[2]).toContain('second\nthird');
    expect(readFileSync(bench.workspace('steps.txt'), 'utf8')).toBe('second\nthird\n');
  });

  // Who entered a network before it was ready failed, now and then.
  it('run at once in many conversations that begin', async () => {
    const names = Array.from({ length: 24 }, (_, index) => `begins-${index}`);
    for (const name of names) {
      const command = `echo ${name} >> begun.txt`;
      expect([name, await bench.call('exec', { command }, name)]).toEqual([name, expect.stringContaining('no output')]);
    }
    expect(readFileSync(bench.workspace('begun.txt'), 'utf8').trim().split('\n')).toEqual(names);
  });

  it('find what an earlier one has left running on localhost', async () => {
    const serve = 'mkdir -p site && echo welcome > site/index.html && python3 -m http.server -d site 8123';
    const look =
      'for i in $(seq 100); do python3 -c "import urllib.request as u; print(u.urlopen(\'http://127.0.0.1:8123/\').read().decode())" 2>/dev/null && exit; sleep 0.1; done; exit 1';
    const told = await bench.turn([
      { name: 'exec', args: { command: serve, background: true } },
      { name: 'exec', args: { command: look, timeout: 60 } },
    ]);
    expect(told[1]).toContain('welcome');
  });
});
