import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolBench } from '../harness/tool-bench';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

describeWithSandbox('sandboxed sessions', () => {
  const start = (sandbox: Record<string, unknown>): Promise<ToolBench> =>
    ToolBench.start({ config: { agents: { defaults: { sandbox: { mode: 'non-main', ...sandbox } } } } });

  it('see a folder of their own; the main session sees the workspace', async () => {
    const bench = await start({});
    try {
      mkdirSync(bench.workspace(), { recursive: true });
      writeFileSync(bench.workspace('diary.txt'), 'private words');
      const told = await bench.turn(
        [
          { name: 'read', args: { path: 'diary.txt' } },
          { name: 'read', args: { path: bench.workspace('diary.txt') } },
          {
            name: 'exec',
            args: { command: `cat ${bench.workspace('diary.txt')}; echo made > note.txt; cat note.txt` },
          },
        ],
        { sessionKey: 'guest' },
      );
      expect(told[0]).toContain('not_found');
      expect(told[1]).toContain('outside_workspace');
      expect(told[2]).not.toContain('private words');
      expect(told[2]).toContain('made');
      const folder = join(bench.gateway.stateDir, 'sandboxes', 'agent-main');
      expect(readFileSync(join(folder, 'note.txt'), 'utf8')).toBe('made\n');
      expect(existsSync(bench.workspace('note.txt'))).toBe(false);
      expect(await bench.call('read', { path: 'diary.txt' }, 'main')).toContain('private words');
    } finally {
      await bench.stop();
    }
  });

  it('read the workspace and change nothing in it with access "ro"', async () => {
    const bench = await start({ workspaceAccess: 'ro' });
    try {
      mkdirSync(bench.workspace(), { recursive: true });
      writeFileSync(bench.workspace('diary.txt'), 'private words');
      const told = await bench.turn(
        [
          { name: 'read', args: { path: 'diary.txt' } },
          { name: 'write', args: { path: 'diary.txt', content: 'other' } },
          { name: 'edit', args: { path: 'diary.txt', oldText: 'private', newText: 'public' } },
          { name: 'exec', args: { command: 'echo other > diary.txt' } },
        ],
        { sessionKey: 'guest' },
      );
      expect(told[0]).toContain('private words');
      expect(told[1]).toContain('workspaceAccess');
      expect(told[2]).toContain('workspaceAccess');
      expect(told[3]).toContain('Read-only file system');
      expect(readFileSync(bench.workspace('diary.txt'), 'utf8')).toBe('private words');
    } finally {
      await bench.stop();
    }
  });

  it('have a folder each with scope "session"', async () => {
    const bench = await start({ scope: 'session' });
    try {
      await bench.call('write', { path: 'a.txt', content: 'of one' }, 'one');
      expect(await bench.call('read', { path: 'a.txt' }, 'two')).toContain('not_found');
      expect(await bench.call('read', { path: 'a.txt' }, 'one')).toContain('of one');
      expect(readdirSync(join(bench.gateway.stateDir, 'sandboxes'))).toHaveLength(2);
    } finally {
      await bench.stop();
    }
  });
});
