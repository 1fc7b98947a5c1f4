import { GatewayLock } from './gateway-lock';
import { BannerService } from './banner.service';
import { ExitCode } from '../common/exit-codes';
import { reportError } from '../common/cli/cli-error';
import { readTextIfExists } from '../common/atomic-file';
import { settlesWithin, sleep } from '../common/sleep';
import { takeBack } from '../config/config-rollback';
import type { Environment } from '../config/environment';
import type { GatewayFlags } from '../config/gateway-flags';
import { ensureFirstConfig } from '../config/first-config';
import { loadConfig } from '../config/load-config';
import { gatewayPort, uiPort } from '../config/ports';
import { resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { runSuccessor } from '../operations/service/successor';
import { freePorts } from './free-ports';
import { type RunningGateway, startGateway } from './start-gateway';

/** A shutdown that takes longer is cut short. */
const HARD_LIMIT_MS = 5000;
const RESTART_EXPECTED_MS = 1500;

type End =
  | { kind: 'signal'; signal: NodeJS.Signals }
  | { kind: 'restart'; delayMs: number; reason: string; isNewProgram: boolean };

/**
 * Runs a gateway in this process until a signal ends it; restarts it in place when a part of it asks.
 * @returns the exit code: 0 after a clean stop, 76 to be started again, 78 for configuration, 1 for everything else
 */
export async function runGateway(env: Environment, flags: GatewayFlags): Promise<number> {
  const stateDir = resolveStateDir(env);
  const configPath = resolveConfigPath(env, stateDir);
  const lock = new GatewayLock(stateDir, configPath, env);
  const signals = new SignalQueue();
  try {
    const first = flags.allowUnconfigured ? { created: false } : await ensureFirstConfig(env, configPath, flags);
    if (flags.force) {
      const { config } = loadConfig(configPath, env);
      await freePorts([gatewayPort(config, env, flags), uiPort(env, flags)]);
    }
    await lock.acquire();
    const signal = signals.next();
    let good: string | undefined;
    let wasTakenBack = false;
    for (let isFirstBoot = true; ; isFirstBoot = false) {
      let gateway: RunningGateway;
      try {
        gateway = await startGateway(env, flags);
      } catch (error) {
        if (signals.wasAsked && !isFirstBoot) return ExitCode.done;
        // Once: where the content that was good does not help, something else is wrong, and that is what is told.
        if (isFirstBoot || wasTakenBack) throw error;
        wasTakenBack = await takeBack(env, configPath, good, error).catch(() => false);
        if (!wasTakenBack) throw error;
        reportError(error, false);
        process.stderr.write('The configuration from before the change is back; starting again.\n');
        continue;
      }
      wasTakenBack = false;
      good = readTextIfExists(configPath);
      process.stdout.write(gateway.app.get(BannerService).render({ firstStart: isFirstBoot && first.created }));
      const end = await Promise.race([signal, restartOf(gateway)]);
      if (end.kind === 'signal') return await stop(gateway, signals);
      const waiting = new AbortController();
      const interrupted = await Promise.race([signal, sleep(end.delayMs, waiting.signal)]);
      waiting.abort();
      if (interrupted) return await stop(gateway, signals);
      await gateway.close({ reason: end.reason, restartExpectedMs: RESTART_EXPECTED_MS });
      if (!end.isNewProgram) continue;
      lock.release();
      return env.get('OPENCLAW_SERVICE') ? ExitCode.startAgain : await runSuccessor(env);
    }
  } catch (error) {
    return reportError(error, false);
  } finally {
    lock.release();
    signals.close();
  }
}

const restartOf = async (gateway: RunningGateway): Promise<End> => {
  const { reason, delayMs, isNewProgram = false } = await gateway.restartRequested;
  return { kind: 'restart', reason, delayMs, isNewProgram };
};

/** Clean stop within the hard limit; a second signal ends the process at once (the journal makes that safe). */
async function stop(gateway: RunningGateway, signals: SignalQueue): Promise<number> {
  const closed = gateway.close({ reason: 'shutdown', restartExpectedMs: null });
  const second = signals.next().then(() => 'forced' as const);
  const end = await Promise.race([settlesWithin(closed, HARD_LIMIT_MS), second]);
  if (end !== true) {
    process.stderr.write(
      'error: the gateway was stopped before its shutdown was complete; open turns go on at the next start\n',
    );
    process.exit(ExitCode.failed);
  }
  await closed;
  return ExitCode.done;
}

const ignore = (): void => undefined;

/** Hands signals out one by one. */
class SignalQueue {
  /** Whether somebody wants this process to end. */
  wasAsked = false;
  private readonly waiting: ((end: End) => void)[] = [];
  private readonly received: End[] = [];
  private readonly listener = (signal: NodeJS.Signals): void => {
    const end: End = { kind: 'signal', signal };
    this.wasAsked = true;
    const next = this.waiting.shift();
    if (next) next(end);
    else this.received.push(end);
  };

  constructor() {
    process.on('SIGTERM', this.listener);
    process.on('SIGINT', this.listener);
    // Without any listener Node would open its debugger.
    process.on('SIGUSR1', ignore);
  }

  next(): Promise<End> {
    const known = this.received.shift();
    return known ? Promise.resolve(known) : new Promise((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    process.off('SIGTERM', this.listener);
    process.off('SIGINT', this.listener);
    process.off('SIGUSR1', ignore);
  }
}
