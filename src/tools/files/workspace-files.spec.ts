import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../agent-tool';
import { WorkspaceFiles } from './workspace-files';

describe('files of a workspace', () => {
  let base: string;
  let files: WorkspaceFiles;
  const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
    const error = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ToolError);
    return (error as ToolError).code;
  };

  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-files-')));
    mkdirSync(join(base, 'work'));
    mkdirSync(join(base, 'work-other'));
    writeFileSync(join(base, 'work', 'a.txt'), 'inside');
    writeFileSync(join(base, 'secret.txt'), 'outside');
    files = new WorkspaceFiles([join(base, 'work')]);
  });
  afterEach(() => {
    rmSync(base, { recursive: true, force: true });
  });

  it('are found by relative and absolute paths, also when they do not exist yet', async () => {
    expect(await files.resolve('a.txt')).toBe(join(base, 'work', 'a.txt'));
    expect(await files.resolve(join(base, 'work', 'a.txt'))).toBe(join(base, 'work', 'a.txt'));
    expect(await files.resolve('new/deep/file')).toBe(join(base, 'work', 'new', 'deep', 'file'));
    expect(await files.resolve('x/../a.txt')).toBe(join(base, 'work', 'a.txt'));
  });

  it.each(['../secret.txt', '../work-other/x', '/etc/passwd', 'x/../../secret.txt', '..'])(
    'do not include %s',
    async (path) => {
      expect(await codeOf(files.resolve(path))).toBe('outside_workspace');
    },
  );

  it('do not include what links lead out to: file, folder, or a new file behind a folder', async () => {
    symlinkSync(join(base, 'secret.txt'), join(base, 'work', 'link.txt'));
    symlinkSync(base, join(base, 'work', 'up'));
    symlinkSync('loop', join(base, 'work', 'loop'));
    for (const path of ['link.txt', 'up/secret.txt', 'up/new.txt']) {
      expect([path, await codeOf(files.resolve(path))]).toEqual([path, 'outside_workspace']);
      expect([path, await codeOf(files.openForRead(path))]).toEqual([path, 'outside_workspace']);
    }
    expect(await codeOf(files.resolve('loop'))).toBe('outside_workspace');
  });

  it('refuse a NUL character and name what is not there', async () => {
    expect(await codeOf(files.resolve('a\0b'))).toBe('invalid_args');
    expect(await codeOf(files.openForRead('missing.txt'))).toBe('not_found');
  });
});
