import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, TEST_TOKEN, freePort, until, writeConfig } from '../harness/gateway-process';

/** Steps of the turn: each runs a command that must run once. */
const STEPS = 2;

interface Outcome {
  /** The process died at its failpoint. */
  died: boolean;
  answers: string[];
  ledger: string[];
  open: number;
  /** What the model was told of its calls. */
  results: string[];
}

/** One message, a turn of several tool calls, one answer; the process dies right after its n-th durable write. */
async function dieAfterWrite(n: number): Promise<Outcome> {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-failpoint-'));
  const telegram = await FakeTelegram.start();
  const models = await FakeModels.start();
  const port = await freePort();
  let gateway: GatewayProcess | undefined;
  models.answer = ({ toolResults }) =>
    toolResults < STEPS
      ? { steps: [{ tool: { name: 'exec', args: { command: `echo step-${toolResults} >> ledger.txt` } } }] }
      : { steps: [{ text: 'All steps done.' }] };
  writeConfig(stateDir, {
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } } },
    channels: {
      telegram: {
        botToken: telegram.token,
        apiRoot: telegram.apiRoot,
        dmPolicy: 'allowlist',
        allowFrom: [5],
        streamMode: 'off',
      },
    },
    logging: { level: 'error' },
  });
  try {
    telegram.say({ chatId: 5, text: 'Go through all steps' });
    gateway = await GatewayProcess.start({
      stateDir,
      port,
      dontWait: true,
      ownProcess: false,
      env: { OPENCLAW_TEST_MODE: '1', OPENCLAW_TEST_CRASH_AT: String(n) },
    });
    const first = gateway;
    const done = (): boolean => telegram.textsIn(5).length > 0;
    await until('death or answer', () => first.exited || done());
    // What is written after the answer belongs to the turn as well.
    if (!first.exited) await until('death after the answer', () => first.exited, 400).catch(() => undefined);
    const died = first.exited;
    await first.signal('SIGKILL');
    gateway = await GatewayProcess.start({ stateDir, port });
    await until('the answer', done);
    // The answer may be there already while the gateway still finds that out.
    await until('every delivery to have ended', () => delivered(gateway as GatewayProcess));
    await gateway.close();
    return { died, answers: telegram.textsIn(5), ...judge(stateDir) };
  } finally {
    await gateway?.signal('SIGKILL');
    await telegram.stop();
    await models.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** What the gateway itself says became of the answer. */
async function delivered(gateway: GatewayProcess): Promise<boolean> {
  const response = await fetch(`${gateway.http}/rpc`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'system.trace', params: { id: '5:1' } }),
  });
  return (await response.text()).includes('"part sent"');
}

function judge(stateDir: string): Pick<Outcome, 'ledger' | 'open' | 'results'> {
  const database = new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
  const count = (query: string): number => (database.prepare(query).get() as { n: number }).n;
  const open =
    count("select count(*) as n from inbox where state in ('pending', 'running')") +
    count("select count(*) as n from turns where state <> 'closed'") +
    count("select count(*) as n from outbox where state <> 'sent'");
  const results = (
    database.prepare('select payload from transcript_events order by created_at, seq').all() as { payload: string }[]
  )
    .map(({ payload }) => payload)
    .filter((payload) => payload.includes('"toolResult"'));
  database.close();
  let ledger: string[] = [];
  try {
    ledger = readFileSync(join(stateDir, 'workspace', 'ledger.txt'), 'utf8')
      .trim()
      .split('\n');
  } catch {
    // No step has run.
  }
  return { ledger, open, results };
}

describe('killed after each durable write', () => {
  it(
    'answers once, and runs no command twice',
    async () => {
      let died = 0;
      for (let n = 1; ; n++) {
        const outcome = await dieAfterWrite(n);
        const label = `after write ${n}`;
        expect([label, outcome.answers]).toEqual([label, ['All steps done.']]);
        expect([label, new Set(outcome.ledger).size]).toEqual([label, outcome.ledger.length]);
        expect([label, outcome.open]).toEqual([label, 0]);
        // A command is only ever left out where the model was told that its outcome is unknown.
        const told = outcome.results.filter((result) => !/(outcome|effect) is unknown/.test(result));
        expect([label, told.length <= outcome.ledger.length, told]).toEqual([label, true, told]);
        if (!outcome.died) break;
        died++;
      }
      // Intake, start, five model steps, four commands begun and ended, the end, the sending.
      expect(died).toBeGreaterThanOrEqual(12);
    },
    10 * 60_000,
  );
});
