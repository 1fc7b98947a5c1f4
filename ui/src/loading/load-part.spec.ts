import { loadPart } from './load-part';

describe('a part of the page that is loaded late', () => {
  const globals = globalThis as unknown as { document?: { baseURI: string }; fetch: unknown };
  const { fetch } = globals;
  beforeEach(() => {
    jest.useFakeTimers();
    globals.document = { baseURI: 'http://127.0.0.1/' };
  });
  afterEach(() => {
    jest.useRealTimers();
    delete globals.document;
    globals.fetch = fetch;
  });
  /** What loading answers, one after the other, and whether the gateway answers when it is asked after a failure. */
  const run = async (loads: readonly (string | Error)[], gateway: readonly (boolean | 502)[]): Promise<unknown> => {
    const left = [...loads];
    const answers = [...gateway];
    globals.fetch = (): Promise<{ ok: boolean }> => {
      const answer = answers.shift();
      return answer === false ? Promise.reject(new TypeError('failed')) : Promise.resolve({ ok: answer === true });
    };
    const load = (): Promise<unknown> => {
      const next = left.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    };
    const end = loadPart(load).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(60_000);
    return [await end, left.length, answers.length];
  };
  const gone = new TypeError('Failed to fetch dynamically imported module');

  it('is asked for once where it comes', async () => {
    expect(await run(['part'], [true])).toEqual(['part', 0, 1]);
  });

  it('is asked for again until the gateway is back, also where a proxy answers for it', async () => {
    expect(await run([gone, gone, gone, 'part'], [false, 502, true])).toEqual(['part', 0, 0]);
  });

  it('comes where the gateway came back after the first try', async () => {
    expect(await run([gone, 'part'], [true])).toEqual(['part', 0, 0]);
  });

  it('is given up where the gateway is there without it', async () => {
    expect(await run([gone, gone, 'never'], [true])).toEqual([gone, 1, 0]);
  });
});
