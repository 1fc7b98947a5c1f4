import { SilentLoggerFactory } from '../common/logger';
import { AccountScope } from './account-scope';

/** As Node tells of an error that nobody waits for, in the context in which it was left. */
const leave = (message: string): boolean =>
  process.emit('unhandledRejection', new Error(message), Promise.resolve() as Promise<unknown>);

describe('errors that nobody waits for', () => {
  const said: string[] = [];
  const log = {
    ...new SilentLoggerFactory().child(),
    error: (_: unknown, text: string) => void said.push(text),
  };
  let scope: AccountScope;
  beforeEach(() => {
    said.length = 0;
    scope = new AccountScope(log as never);
  });

  it('end the task that has left them, and those after the first are said', async () => {
    let isOver = (): void => undefined;
    const other = scope.run(() => new Promise((resolve) => (isOver = resolve)));
    await expect(
      scope.run(() => {
        leave('first');
        leave('second');
        return new Promise(() => undefined);
      }),
    ).rejects.toThrow('first');
    isOver();
    await other;
    expect(said).toEqual([expect.stringContaining('second')]);
  });

  it('are not those of an account where it has only set the work off', async () => {
    const { exitCode } = process;
    const thrown = jest.spyOn(global, 'setImmediate').mockImplementation((() => undefined) as never);
    try {
      await scope.run(() =>
        scope.outside(async () => {
          await Promise.resolve();
          leave('of a turn');
        }),
      );
    } finally {
      thrown.mockRestore();
      process.exitCode = exitCode;
    }
    expect(said).toEqual(['the gateway ends: of a turn']);
  });
});
