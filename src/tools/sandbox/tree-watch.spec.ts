import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchTree } from './tree-watch';

const AMPLE = { memoryBytes: 2 ** 40, processes: 10_000, freeDiskBytes: 0, places: [] };

describe('a room that a command fills', () => {
  it('ends the command with the reason, whichever of its folders is filled', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'room-full-'));
    const child = spawn('sleep', ['60']);
    try {
      writeFileSync(join(folder, 'big'), Buffer.alloc(2 * 1024 * 1024));
      const room = { folders: [join(folder, 'missing'), folder], bytes: 1024 * 1024 };
      const reason = await new Promise<string>((resolve) => watchTree(child.pid ?? 0, { ...AMPLE, room }, resolve));
      expect(reason).toContain('more than 1 MiB in /tmp and the home folder of this conversation');
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
