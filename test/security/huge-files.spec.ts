import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { ToolBench } from '../harness/tool-bench';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const PATCH = `*** Begin Patch
*** Update File: FILE
@@
-needle
+thread
*** End Patch`;

describe('a file that is larger than the memory', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start({ ownProcess: true, config: { tools: { exec: { applyPatch: { enabled: true } } } } });
  });
  afterAll(() => bench.stop());
  beforeEach(() => {
    // It has holes: there is nothing of it on the disk but its beginning.
    writeFileSync(bench.workspace('huge.txt'), 'needle\n');
    truncateSync(bench.workspace('huge.txt'), GIB);
    writeFileSync(bench.workspace('small.txt'), 'needle\n');
  });
  afterEach(() => ['huge.txt', 'small.txt'].forEach((name) => rmSync(bench.workspace(name), { force: true })));

  /** The most memory that the gateway has ever had. */
  const peakBytes = (): number =>
    Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${bench.gateway.child.pid ?? 0}/status`, 'latin1'))?.[1]) *
    1024;
  const both = async (name: string, args: (file: string) => unknown): Promise<[huge: string, small: string]> => {
    const small = await bench.call(name, args('small.txt'));
    const before = peakBytes();
    const huge = await bench.call(name, args('huge.txt'));
    expect(peakBytes() - before).toBeLessThan(150 * MIB);
    expect(statSync(bench.workspace('huge.txt')).size).toBe(GIB);
    return [huge, small];
  };

  it('is not read, and the assistant is told what to do instead', async () => {
    const [huge, small] = await both('read', (path) => ({ path }));
    expect(huge).toMatch(/huge\.txt has more than \d+ bytes; use exec with head, tail or sed/);
    expect(small).toContain('needle');
  });

  it('is not edited', async () => {
    const [huge] = await both('edit', (path) => ({ path, oldText: 'needle', newText: 'thread' }));
    expect(huge).toMatch(/huge\.txt has more than \d+ bytes.*use exec with sed or a script/);
    expect(readFileSync(bench.workspace('small.txt'), 'utf8')).toBe('thread\n');
  });

  it('is not patched, moved by a patch or removed by one', async () => {
    const [huge] = await both('apply_patch', (path) => ({ input: PATCH.replace('FILE', path) }));
    expect(huge).toMatch(/huge\.txt has more than \d+ bytes/);
    expect(readFileSync(bench.workspace('small.txt'), 'utf8')).toBe('thread\n');
    const [moved] = await both('apply_patch', (path) => ({
      input: `*** Begin Patch\n*** Update File: ${path}\n*** Move to: away.txt\n*** End Patch`,
    }));
    expect(moved).toMatch(/huge\.txt has more than \d+ bytes/);
    const [removed] = await both('apply_patch', (path) => ({
      input: `*** Begin Patch\n*** Delete File: ${path}\n*** End Patch`,
    }));
    expect(removed).toMatch(/huge\.txt has more than \d+ bytes/);
  });

  it('is passed over by grep, which says so', async () => {
    const [huge, small] = await both('grep', (path) => ({ pattern: 'needle', path }));
    expect(huge).toMatch(/Nothing matches.*not searched, more than \d+ bytes: huge\.txt; use exec with grep/s);
    expect(small).toContain('needle');
    const all = await bench.call('grep', { pattern: 'needle' });
    expect(all).toContain('small.txt:1: needle');
    expect(all).toMatch(/not searched, more than \d+ bytes: huge\.txt;/);
    expect(small).not.toContain('not searched');
  });
});
