import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { ConfigService } from '../../config/config.service';
import { RestartControl } from '../../config/restart-control';
import { type RestartNote, RestartSentinel } from '../../config/restart-sentinel';
import { EventBus } from '../../events/event-bus';
import type { UpdateAnswer, UpdateOrder } from '../../events/update-port';
import type { UpdateChannel } from './git-checkout';
import { UPDATE_REASONS, type UpdateState, checkForUpdate } from './update-check';
import { runUpdate } from './update-run';
import { commandLine } from '../../common/cli/own-commands';

/** After the start, when everything else has had its turn. */
const FIRST_CHECK_MS = 60_000;
const DAY_MS = 86_400_000;
const RESTART_DELAY_MS = 500;

/** Looks for a new release now and then and says so; brings it here only when told to. */
@Injectable()
export class UpdateService {
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly restarts: RestartControl,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('update');
  }

  /** Looks a minute from now and then daily; at most once a day over all starts. */
  watch(): void {
    const since = Date.now() - (this.known()?.checkedAt ?? 0);
    this.lookIn(Math.max(FIRST_CHECK_MS, Math.min(DAY_MS, DAY_MS - since)));
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** What the last look found; undefined where there was none yet. */
  known(): UpdateState | undefined {
    try {
      const state: unknown = JSON.parse(readTextIfExists(this.file) ?? 'null');
      return isPlainObject(state) && typeof state['checkedAt'] === 'number'
        ? (state as unknown as UpdateState)
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws OpenclawError UPDATE_UNREACHABLE, UPDATE_GIT */
  async look(): Promise<UpdateState> {
    const before = this.known()?.available?.commit;
    const state = await checkForUpdate(this.config.env.all(), this.channel);
    writeFileAtomic(this.file, `${JSON.stringify(state)}\n`);
    if (state.available && state.available.commit !== before) {
      const { currentVersion, latestVersion } = state.available;
      this.log.info(
        { currentVersion, latestVersion },
        `there is a new release; ${commandLine('update')} brings it here`,
      );
      this.events.emit('wire.event', { event: 'update.available', payload: { updateAvailable: state.available } });
    }
    return state;
  }

  /** Updates, and starts the new release in the place of this process. */
  async run({ sessionKey, note, origin, restartDelayMs, timeoutMs }: UpdateOrder): Promise<UpdateAnswer> {
    const { stateDir, env, snapshot } = this.config;
    const result = await runUpdate({
      env: env.all(),
      channel: this.channel,
      requireSigned: this.config.config.update?.requireSigned === true,
      stateDir,
      configPath: snapshot.path,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const { status, reason } = result;
    const facts = { reason, before: result.before, after: result.after };
    if (status === 'error') this.log.error(facts, 'the update failed');
    else this.log.info(facts, status === 'ok' ? 'updated' : 'nothing was updated');
    const delayMs = restartDelayMs ?? RESTART_DELAY_MS;
    const ok = status === 'ok' && this.restarts.request({ reason: 'update.run', delayMs, isNewProgram: true });
    const payload: RestartNote = {
      kind: 'update',
      status,
      ts: Date.now(),
      ...(sessionKey ? { sessionKey } : {}),
      ...(origin ? { origin } : {}),
      message: note ?? (reason ? (UPDATE_REASONS[reason] ?? reason) : null),
      doctorHint: 'Run: openclaw doctor',
      stats: { mode: 'update.run' },
    };
    const sentinel = new RestartSentinel(stateDir);
    if (ok) sentinel.write(payload);
    return {
      ok: true,
      result: { ...result, ...(reason ? { hint: UPDATE_REASONS[reason] ?? reason } : {}) },
      restart: ok ? { ok, pid: process.pid, delayMs, reason: 'update.run' } : null,
      sentinel: ok ? { path: sentinel.path, payload } : null,
    };
  }

  get channel(): UpdateChannel {
    return this.config.config.update?.channel ?? 'dev';
  }

  private get file(): string {
    return join(this.config.stateDir, 'update-check.json');
  }

  private lookIn(ms: number): void {
    this.timer = setTimeout(() => {
      this.look().catch((error: unknown) =>
        this.log.debug({ error: messageOf(error) }, 'could not look for a new release'),
      );
      this.lookIn(DAY_MS);
    }, ms);
    this.timer.unref();
  }
}
