import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoundedFile, readHead, readPieces } from '../../src/common/bounded-file';
import { hashFolder } from '../../src/skills/trust/hash-folder';
import { ToolBench } from '../harness/tool-bench';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

/** What a command can put where the gateway expects text: whoever opens a pipe waits for the other end for ever. */
describe('what is no ordinary file', () => {
  const base = mkdtempSync(join(tmpdir(), 'special-files-'));
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it('is no content, and nobody waits for it', () => {
    execFileSync('mkfifo', [join(base, 'pipe')]);
    symlinkSync('/dev/zero', join(base, 'zero'));
    for (const name of ['pipe', 'zero', '.', 'missing']) {
      const path = join(base, name);
      expect([name, readBoundedFile(path, 1000), readHead(path, 4), readPieces(path, 1000, () => undefined)]).toEqual([
        name,
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  it('is not a file of a skill: its hash is refused with the name of it', () => {
    const folder = join(base, 'skill');
    mkdirSync(folder);
    writeFileSync(join(folder, 'SKILL.md'), 'text');
    const before = hashFolder(folder);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(() => hashFolder(folder)).toThrow(/skill.pipe is no ordinary file/);
    rmSync(join(folder, 'pipe'));
    expect(hashFolder(folder)).toBe(before);
  });
});

describeWithSandbox('a gateway in whose workspace a command has left pipes, endless files and circles of links', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start();
  });
  afterAll(() => bench.stop());

  it('goes on answering, and runs turns and commands', async () => {
    const names = ['IDENTITY.md', 'HEARTBEAT.md', 'AGENTS.md', 'MEMORY.md', 'BOOT.md', 'SOUL.md', '.gitignore'];
    const lines = [
      `rm -f ${names.join(' ')}`,
      'mkdir -p skills/pipe skills/zero skills/circle memory sub',
      `mkfifo ${[...names, 'skills/pipe/SKILL.md', 'memory/a.md', 'sub/.gitignore'].join(' ')}`,
      'ln -s /dev/zero skills/zero/SKILL.md',
      'ln -s SKILL.md skills/circle/SKILL.md',
      'ln -s self skills/self',
    ];
    expect(await bench.call('exec', { command: lines.join(' && ') })).not.toContain('exit code');
    const { payload, error } = await bench.client.call('skills.status', {});
    expect(error).toBeUndefined();
    expect(payload).toHaveProperty('skills');
    expect((await bench.client.call('agents.list', {})).error).toBeUndefined();
    expect((await bench.client.call('agent.identity.get', {})).error).toBeUndefined();
    expect((await bench.client.call('agents.files.list', { agentId: 'main' })).error).toBeUndefined();
    expect((await bench.client.call('agents.files.get', { agentId: 'main', name: 'AGENTS.md' })).error).not.toBeNull();
    for (let turn = 0; turn < 5; turn++) {
      expect(await bench.call('find', { pattern: '*.md' })).toContain('SKILL.md');
      expect(await bench.call('grep', { pattern: 'nothing' })).not.toContain('error');
    }
    expect(await bench.call('memory_search', { query: 'tea' })).toEqual(expect.any(String));
    expect(await bench.call('exec', { command: 'echo still here' })).toContain('still here');
  });
});
