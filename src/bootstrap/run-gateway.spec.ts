import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '../config/environment';
import { runGateway } from './run-gateway';
import { startGateway } from './start-gateway';

jest.mock('./start-gateway');

/** A gateway that asks for a restart at once; every start after it fails for a reason that no configuration mends. */
describe('a restart that fails for good', () => {
  let stateDir: string;
  const told: string[] = [];
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'run-gateway-'));
    told.length = 0;
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const run = async (onFailure: (starts: number) => void): Promise<{ code: number; starts: number }> => {
    const path = join(stateDir, 'openclaw.json');
    writeFileSync(path, '{ "gateway": { "port": 18999 } }\n');
    let starts = 0;
    jest.mocked(startGateway).mockImplementation(() => {
      if (++starts === 1)
        return Promise.resolve({
          app: { get: () => ({ render: () => '' }) },
          restartRequested: Promise.resolve({ reason: 'configuration', delayMs: 0 }),
          close: () => Promise.resolve(writeFileSync(path, '{ "gateway": { "port": 18998 } }\n')),
        } as never);
      if (starts > 9) process.emit('SIGTERM');
      onFailure(starts);
      return Promise.reject(new Error('the port is taken'));
    });
    const env = new Environment({ OPENCLAW_STATE_DIR: stateDir, HOME: stateDir });
    return { code: await runGateway(env, {}), starts };
  };

  it('takes the change back once, and ends with what really went wrong', async () => {
    // What writes the configuration puts its own time into it: the file is never again what it was.
    const { code, starts } = await run(() => undefined);
    expect({ code, starts }).toEqual({ code: 1, starts: 3 });
    expect(readFileSync(join(stateDir, 'openclaw.json'), 'utf8')).toContain('18999');
    expect(told.join('')).toContain('the port is taken');
  });

  it('ends when somebody asks for it meanwhile', async () => {
    expect(await run(() => process.emit('SIGTERM'))).toEqual({ code: 0, starts: 2 });
  });
});
