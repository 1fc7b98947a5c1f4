import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findGitFolders } from './git-folders';

describe('what leads git to a repository', () => {
  let base: string;
  let workspace: string;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-git-folders-')));
    workspace = join(base, 'work');
    mkdirSync(join(workspace, 'sub', 'hooks'), { recursive: true });
    mkdirSync(join(base, 'work-evil'));
  });
  afterEach(() => rmSync(base, { recursive: true }));
  const put = (path: string, text: string): void => {
    mkdirSync(join(workspace, path, '..'), { recursive: true });
    writeFileSync(join(workspace, path), text);
  };

  it('is a file that points to a folder, whatever that folder looks like, and the folder it stands in', async () => {
    mkdirSync(join(workspace, 'plain'));
    put('sub/.git', 'gitdir: ../plain\n');
    const { folders, tops, leadingOut } = await findGitFolders(workspace);
    expect([...folders]).toEqual([join(workspace, 'plain')]);
    expect([...(tops.get(join(workspace, 'plain')) ?? [])]).toEqual([join(workspace, 'sub')]);
    expect(leadingOut).toEqual([]);
  });

  it.each([
    ['a file', (): void => put('sub/.git', 'gitdir: ../../work-evil\n')],
    ['a file under another spelling', (): void => put('sub/.GIT', `gitdir: /nonexistent/repository\n`)],
    [
      'a file that is no text',
      (): void => writeFileSync(join(workspace, '.git'), Buffer.from('gitdir: x\xff', 'latin1')),
    ],
    ['a link', (): void => symlinkSync('../work-evil', join(workspace, '.git'))],
    [
      'what a worktree has in common with others',
      (): void => {
        put('tree/HEAD', 'ref: refs/heads/main\n');
        put('tree/commondir', '../../work-evil\n');
      },
    ],
  ])('and %s that leads out of the workspace is told of', async (_, plant) => {
    plant();
    expect((await findGitFolders(workspace)).leadingOut).toHaveLength(1);
  });

  it('and no file of another name or form', async () => {
    put('notes/git', 'gitdir: ../../work-evil\n');
    put('sub/.git', 'see ../../work-evil\n');
    put('sub/.gitignore', 'gitdir: ../../work-evil\n');
    const found = await findGitFolders(workspace);
    expect([found.folders.size, found.leadingOut]).toEqual([0, []]);
  });
});
