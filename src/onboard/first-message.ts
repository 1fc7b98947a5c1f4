import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ApprovalWatch } from '../agent/chat/approval-watch';
import { StreamPrinter } from '../agent/chat/stream-printer';
import { appRoot } from '../common/app-root';
import { printMarkdown } from '../common/cli/print-markdown';
import { OpenclawError } from '../common/openclaw-error';
import { sleep } from '../common/sleep';
import type { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGateway } from '../gateway/client/with-gateway';

const START_MS = 60_000;
const LOOK_MS = 250;
const RUN_MS = 600_000;

interface AgentAnswer {
  result: { payloads: { text: string }[] };
}

/** Whether a gateway answers, and takes what it is logged in with. */
export const isRunning = (env: Environment): Promise<boolean> =>
  withGateway(resolveGatewayTarget(env), () => Promise.resolve(true), { timeoutMs: 2000 }).catch(() => false);

/** Starts the gateway in this terminal. It gets the environment of the call, and so its profile. */
export function startHere(env: Environment): ChildProcess {
  const program = join(appRoot(), 'bin', 'openclaw');
  return spawn(process.execPath, [program, 'gateway', 'run'], { stdio: 'inherit', env: env.all() });
}

/**
 * Waits until the gateway answers and has taken over what was written.
 * @param model id of the model that it is to use, where that has changed
 * @param hasEnded whether waiting is in vain
 * @throws OpenclawError GATEWAY_NOT_READY
 */
export async function untilReady(
  env: Environment,
  model: string | undefined,
  hasEnded: () => boolean = () => false,
): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && !hasEnded()) {
    const used = await modelInUse(env).catch(() => undefined);
    if (used !== undefined && (model === undefined || used === model)) return;
    await sleep(LOOK_MS);
  }
  throw new OpenclawError(
    'GATEWAY_NOT_READY',
    'the gateway does not answer with what was written; see "openclaw logs" and "openclaw doctor"',
  );
}

const modelInUse = (env: Environment): Promise<string> =>
  withGateway(
    resolveGatewayTarget(env),
    async (client) =>
      (await client.call<{ sessions: { defaults: { model: string } } }>('status')).sessions.defaults.model,
    { timeoutMs: 2000 },
  );

/** Says something to the assistant and prints the answer as it is written. */
export async function say(env: Environment, message: string): Promise<void> {
  const runId = randomUUID();
  await withGateway(resolveGatewayTarget(env), async (client) => {
    const printer = new StreamPrinter(runId);
    const watch = new ApprovalWatch(client, runId, 'prompt');
    client.onEvent((event) => {
      printer.receive(event);
      watch.receive(event);
    });
    const answer = await client.call<AgentAnswer>(
      'agent',
      { message, idempotencyKey: runId },
      { expectFinal: true, timeoutMs: RUN_MS },
    );
    watch.close();
    printer.end();
    if (printer.printed === '') for (const { text } of answer.result.payloads) printMarkdown(text);
  });
}
