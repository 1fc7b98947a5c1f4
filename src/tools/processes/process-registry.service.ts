import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { ConfigService } from '../../config/config.service';
import type { RunningCommand } from './running-command';

const DEFAULT_KEEP_MS = 1_800_000;
const MIN_KEEP_MS = 60_000;
const MAX_KEEP_MS = 10_800_000;
const MAX_FINISHED = 200;

/** A command that outlives the call that started it. */
export interface BackgroundProcess {
  id: string;
  agentId: string;
  sessionKey: string;
  command: string;
  cwd: string;
  /** Where it runs. */
  host: 'sandbox' | 'gateway';
  running: RunningCommand;
  /** Whose text its output may hold by now. */
  output: () => Promise<ContentOrigin>;
  /** Text of this origin comes to it; call it before that text does. */
  heard: (origin: ContentOrigin) => Promise<void>;
  /** Characters of output that were handed out already. */
  read: number;
  /** On the monotonic clock. */
  endedAt?: number;
  /** Somebody has seen its end, so that nobody needs to be told of it. */
  seenEnd: boolean;
}

/** Commands in the background. They end with the gateway; ended ones are kept for a while so that they can be read. */
@Injectable()
export class ProcessRegistry implements OnModuleDestroy {
  private readonly processes = new Map<string, BackgroundProcess>();

  constructor(private readonly config: ConfigService) {}

  /** @param onEnd called once, after its output is complete */
  add(
    facts: Omit<BackgroundProcess, 'id' | 'read' | 'seenEnd'>,
    onEnd?: (process: BackgroundProcess) => Promise<void>,
  ): BackgroundProcess {
    this.forget();
    const process: BackgroundProcess = { ...facts, id: randomBytes(4).toString('hex'), read: 0, seenEnd: false };
    this.processes.set(process.id, process);
    void process.running.ended
      .catch(() => undefined)
      .then(() => {
        process.endedAt = performance.now();
        return onEnd?.(process);
      })
      .catch(() => undefined);
    return process;
  }

  /** Oldest first. */
  all(): BackgroundProcess[] {
    this.forget();
    return [...this.processes.values()];
  }

  /** Of one agent, oldest first. */
  list(agentId: string): BackgroundProcess[] {
    this.forget();
    return [...this.processes.values()].filter((process) => process.agentId === agentId);
  }

  find(agentId: string, id: string): BackgroundProcess | undefined {
    const process = this.processes.get(id);
    return process?.agentId === agentId ? process : undefined;
  }

  remove(id: string): void {
    this.processes.delete(id);
  }

  onModuleDestroy(): void {
    for (const { running } of this.processes.values()) running.stop('killed', true);
  }

  /** Drops ended ones that are old enough, or too many. */
  private forget(): void {
    const keep = this.config.config.tools?.exec?.cleanupMs ?? DEFAULT_KEEP_MS;
    const before = performance.now() - Math.min(MAX_KEEP_MS, Math.max(MIN_KEEP_MS, keep));
    const ended = [...this.processes.values()].filter((process) => process.endedAt !== undefined);
    for (const [index, process] of ended.entries())
      if ((process.endedAt ?? 0) < before || index < ended.length - MAX_FINISHED) this.processes.delete(process.id);
  }
}
