import type { BootState, BootStepRecord } from '../common/boot-step';

/** Intake off and drain, say goodbye and close sockets, close stores. */
export type ShutdownPhase = 'drain' | 'goodbye' | 'close';

/** What each boot step did, in the order it was done. The banner and `explain boot` read only this. */
export class BootReport {
  private readonly records: BootStepRecord[] = [];
  /** Modules in the order in which each phase of the shutdown reached them. */
  readonly shutdown: Record<ShutdownPhase, string[]> = { drain: [], goodbye: [], close: [] };
  private readonly startedAt = performance.now();
  /** Milliseconds from the first step to ready; 0 before. */
  totalMs = 0;

  add(record: Omit<BootStepRecord, 'step'>): void {
    this.records.push({ step: this.records.length + 1, ...record, ms: Math.round(record.ms * 100) / 100 });
  }

  finish(): void {
    this.totalMs = this.elapsedMs;
  }

  /** Milliseconds since the first step. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  steps(): readonly BootStepRecord[] {
    return this.records;
  }

  count(state: BootState): number {
    return this.records.filter((record) => record.state === state).length;
  }
}
