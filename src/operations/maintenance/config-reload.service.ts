import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import type { ConfigSnapshot } from '../../config/config-snapshot';
import { ConfigService } from '../../config/config.service';
import { type ConfigChange, reloadPlan } from '../../config/reload-plan';
import { RestartControl } from '../../config/restart-control';
import { ChannelDirectory } from '../../events/channel-directory';
import { EventBus } from '../../events/event-bus';

/** A file is looked at once nothing has happened to it for so long. */
const DEBOUNCE_MS = 150;
const RESTART_DELAY_MS = 500;

/** Puts a changed configuration file into effect: at once where that is possible, with a restart where it is not. */
@Injectable()
export class ConfigReload {
  private readonly log: Logger;
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** The content that clients know of. */
  private told: ConfigSnapshot | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly restarts: RestartControl,
    private readonly channels: ChannelDirectory,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('config');
  }

  /** Whether the file is followed. */
  get isOn(): boolean {
    return (this.config.config.gateway?.reload?.mode ?? 'hybrid') !== 'off';
  }

  /** Its folder is watched, for editors put a new file in the place of the old one. @throws Error */
  start(): void {
    this.told = this.config.snapshot;
    const name = basename(this.config.path);
    this.watcher = watch(dirname(this.config.path), { persistent: false }, (_, changed) => {
      if (changed !== null && changed !== name) return;
      clearTimeout(this.timer);
      const wait = this.config.config.gateway?.reload?.debounceMs ?? DEBOUNCE_MS;
      this.timer = setTimeout(() => this.look(), Math.min(wait, DEBOUNCE_MS)).unref();
    });
    this.watcher.on('error', (error) =>
      this.log.warn({ error: messageOf(error) }, 'the configuration is not followed any more'),
    );
  }

  stop(): void {
    clearTimeout(this.timer);
    this.watcher?.close();
  }

  private look(): void {
    try {
      this.follow();
    } catch (error) {
      this.log.error({ error }, `the changed configuration was not taken: ${messageOf(error)}`);
    }
  }

  private follow(): void {
    const before = this.config.snapshot;
    const found = this.config.peek();
    if (!found.exists) return;
    if (found.hash === before.hash && this.config.problems.length === 0) return this.ownWrite(before);
    if (found.issues.length > 0) {
      this.config.problems = found.issues;
      const shown = found.issues
        .map(({ path, message }) => `${path === '' ? 'the file' : path}: ${message}`)
        .join('; ');
      this.log.error(
        { issues: found.issues.length },
        `the changed configuration is not taken, the old one stays: ${shown}`,
      );
      this.tell({ ok: false, issues: found.issues });
      return;
    }
    this.config.problems = [];
    if (found.hash === before.hash) return this.tell({ ok: true, changed: [] });
    const changes = reloadPlan(before.resolved, found.resolved, (id) => this.channels.find(id) !== undefined);
    const mode = before.config.gateway?.reload?.mode ?? 'hybrid';
    // Also while it is off: that it is to be followed again must be seen.
    if (mode === 'off' && (found.config.gateway?.reload?.mode ?? 'hybrid') === 'off') return;
    const needRestart = changes.filter(({ kind }) => kind === 'restart' || (mode === 'restart' && kind !== 'none'));
    if (needRestart.length > 0) return this.needsRestart(needRestart, changes, mode);
    this.config.load();
    this.log.info({ changed: pathsOf(changes) }, 'the changed configuration is in effect');
    this.tell({ ok: true, changed: pathsOf(changes) });
  }

  /** The gateway itself has written, and put into effect, what is there: other clients learn of it here. */
  private ownWrite(now: ConfigSnapshot): void {
    if (this.told === undefined || this.told.hash === now.hash) return;
    const changes = reloadPlan(this.told.resolved, now.resolved, (id) => this.channels.find(id) !== undefined);
    this.tell({ ok: true, changed: pathsOf(changes) });
  }

  private needsRestart(needed: readonly ConfigChange[], all: readonly ConfigChange[], mode: string): void {
    if (mode === 'hot') {
      this.log.warn({ changed: pathsOf(needed) }, 'these take effect with the next start; the rest is in effect');
      this.config.load();
      this.tell({ ok: true, changed: pathsOf(all), needRestart: pathsOf(needed) });
      return;
    }
    this.log.info({ changed: pathsOf(needed) }, 'the changed configuration needs a restart');
    this.tell({ ok: true, changed: pathsOf(all), needRestart: pathsOf(needed), restarting: true });
    if (!this.restarts.request({ reason: 'config', delayMs: RESTART_DELAY_MS }))
      this.log.warn({}, 'this process can not restart itself; start it again');
  }

  private tell(payload: Record<string, unknown>): void {
    this.told = this.config.snapshot;
    this.events.emit('wire.event', { event: 'config.changed', payload });
  }
}

const pathsOf = (changes: readonly ConfigChange[]): string[] => changes.map(({ path }) => path);
