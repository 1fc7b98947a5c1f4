import { mkdirSync, writeFileSync } from 'node:fs';
import { ToolBench, type ToolCall } from '../harness/tool-bench';

/** With these patterns each of them takes longer than anybody waits. */
const NAME = 'a'.repeat(200);
const EXPONENTIAL = '+([a-z]|[a-y])!';
const POLYNOMIAL = `${'*a'.repeat(12)}*b`;

describe('a pattern that takes for ever', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start();
    writeFileSync(bench.workspace(NAME), 'text\n');
    writeFileSync(bench.workspace('plain.txt'), 'text\n');
  });
  afterAll(() => bench.stop());

  /** Whether the gateway answers others while a call runs, and what the call comes to. */
  const answers = async (call: ToolCall): Promise<string> => {
    let isThere = false;
    const [told = ''] = await bench.turn([call], {
      meanwhile: async () => {
        isThere = (await bench.client.call('health', {})).ok === true;
      },
    });
    expect(isThere).toBe(true);
    return told;
  };

  it.each([EXPONENTIAL, POLYNOMIAL])('ends find and grep alone, where it is their own: %s', async (glob) => {
    expect(await answers({ name: 'find', args: { pattern: glob } })).toContain('the search took more than');
    expect(await answers({ name: 'grep', args: { pattern: 'text', glob } })).toContain('the search took more than');
    expect(await bench.call('find', { pattern: '*.txt' })).toContain('plain.txt');
  });

  it('is nothing to the files of others', async () => {
    mkdirSync(bench.workspace('src'));
    writeFileSync(bench.workspace('src', 'Größe.ts'), 'export const size = 1;\n');
    writeFileSync(bench.workspace('.gitignore'), '*.log\n');
    writeFileSync(bench.workspace('src', 'run.log'), 'size\n');
    expect(await bench.call('find', { pattern: 'src/**/*.{ts,log}' })).toMatch(/^src\/Größe\.ts$/);
    expect(await bench.call('grep', { pattern: 'size', glob: '*.ts' })).toBe('src/Größe.ts:1: export const size = 1;');
    expect(await bench.call('grep', { pattern: 'size', path: 'src/Größe.ts' })).toContain('Größe.ts:1:');
    const listed = await bench.client.done<{ files: unknown[] }>('sessions.files.list', {
      key: 'main',
      search: 'grosse',
    });
    expect(listed.files).toEqual([{ path: 'src/Größe.ts', name: 'Größe.ts' }]);
  });
});
