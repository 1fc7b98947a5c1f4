import type { ToolContext } from '../agent-tool';
import type { GitGuard } from '../git/git-guard.service';
import type { CommandFiles } from '../provenance/command-files.service';
import type { SessionRooms } from '../sandbox/session-room.service';
import { type CommandStart, CommandLauncher } from './command-launcher.service';

/** A launcher whose helpers note what they are told; each may fail at the end of a command. */
function launcherOf(fails: { git?: boolean; room?: boolean }): { launcher: CommandLauncher; said: string[] } {
  const said: string[] = [];
  let isOver = false;
  const files = {
    begin: () =>
      Promise.resolve({
        start: 'workspace',
        output: () => Promise.resolve('workspace'),
        heard: () => undefined,
        end: () => Promise.resolve(void said.push('files noted')),
      }),
  };
  const git = {
    begin: () =>
      Promise.resolve({
        readOnly: [],
        end: () => {
          isOver = true;
          said.push('git looked at');
          return fails.git ? Promise.reject(new Error('no look')) : Promise.resolve(undefined);
        },
      }),
  };
  const rooms = {
    originOf: () => (fails.room && isOver ? Promise.reject(new Error('no room')) : Promise.resolve('workspace')),
    note: () => Promise.resolve(),
    follow: () => () => void said.push('room not followed'),
  };
  const launcher = new CommandLauncher(
    files as unknown as CommandFiles,
    git as unknown as GitGuard,
    rooms as unknown as SessionRooms,
  );
  return { launcher, said };
}

const START: CommandStart = {
  context: {
    workspace: '/',
    sessionId: 'one',
    provenance: { origins: [] },
    update: () => undefined,
  } as unknown as ToolContext,
  ...{ also: [], inRoom: true, guardsGit: true, way: undefined, timeoutMs: 60_000 },
  check: () => Promise.resolve(),
  plan: () => ({ file: '/bin/sh', args: ['-c', 'exit 0'], env: {}, cwd: '/' }),
};

/** What counts as at work makes everything that is written meanwhile suspect. */
describe('a command that has ended', () => {
  it.each([
    ['went well', {}],
    ['git could not be looked at', { git: true }],
    ['the room could not be read', { room: true }],
  ] as const)('is at work no more, and nothing hears of its room: where %s', async (_, fails) => {
    const { launcher, said } = launcherOf(fails);
    const { running, noted } = await launcher.start(START);
    expect((await running.ended).exitCode).toBe(0);
    const problem = await noted.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(problem === undefined).toBe(Object.keys(fails).length === 0);
    expect([...said].sort()).toEqual(['files noted', 'git looked at', 'room not followed']);
  });
});
