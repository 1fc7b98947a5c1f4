import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Environment } from '../config/environment';
import { resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { LOCAL_METHODS, type LocalAnswer, type LocalCall, type LocalReady } from '../gateway/client/local-methods';
import { CLI_SCOPES } from '../gateway/client/with-gateway';
import { Dispatcher } from '../gateway/connection/dispatcher';
import type { RpcCaller } from '../rpc/rpc-context';
import { GatewayLock } from './gateway-lock';
import { openGateway } from './start-gateway';

/** The command that this process answers: whoever can run it can read the state directory as well. */
const CALLER: Omit<RpcCaller, 'connectionId'> = {
  protocol: 4,
  dialect: 'openclaw',
  role: 'operator',
  scopes: new Set<string>(CLI_SCOPES),
  hasShownSecret: true,
  clientId: 'cli',
  clientMode: 'cli',
  capabilities: new Set<string>(),
  remoteAddress: '127.0.0.1',
  follows: new Set<string>(),
  watchesSessions: false,
};

/**
 * Answers calls of the process that has started this one, from what is on the disk, until that one goes. Everything is opened
 * as for a gateway (phase "ready" of the boot) and nothing is started: nobody is written to, no job runs, no turn goes on.
 */
export async function answerLocally(env: Environment): Promise<void> {
  const stateDir = resolveStateDir(env);
  const lock = new GatewayLock(stateDir, resolveConfigPath(env, stateDir), env);
  await lock.acquire();
  try {
    const gateway = await openGateway(env);
    try {
      const dispatcher = gateway.app.get(Dispatcher, { strict: false });
      const caller: RpcCaller = { ...CALLER, connectionId: randomUUID() };
      const gone = once(process, 'disconnect');
      const end = new AbortController();
      process.on('message', ({ id, method, params }: LocalCall) =>
        answer(dispatcher, caller, end.signal, { id, method, params }),
      );
      tell({ ready: true });
      await gone;
      end.abort();
    } finally {
      await gateway.close({ reason: 'the command has ended', restartExpectedMs: null, isSilent: true });
    }
  } finally {
    lock.release();
  }
}

function answer(
  dispatcher: Dispatcher,
  caller: RpcCaller,
  signal: AbortSignal,
  { id, method, params }: LocalCall,
): void {
  if (!LOCAL_METHODS.has(method)) {
    tell({ id, ok: false, error: { code: 'GATEWAY_UNREACHABLE', message: `${method} needs a running gateway` } });
    return;
  }
  dispatcher.call(method, params, { caller, signal, acknowledge: () => undefined }, (outcome) => {
    if (outcome.ok) tell({ id, ok: true, json: outcome.json });
    else {
      const { code, message, details } = outcome.error;
      tell({ id, ok: false, error: { code, message, ...(details ? { details } : {}) } });
    }
  });
}

const tell = (said: LocalAnswer | LocalReady): void => {
  if (process.connected) process.send?.(said);
};
