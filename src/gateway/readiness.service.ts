import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/openclaw-error';
import { DatabaseService } from '../storage/database.service';

export interface ReadinessReport {
  ready: boolean;
  status: 'ready' | 'starting' | 'draining' | 'failing';
  failing: { name: string; reason: string }[];
}

/** Whether the gateway can do its work right now. */
@Injectable()
export class ReadinessService {
  private phase: 'starting' | 'ready' | 'draining' = 'starting';

  private readonly faults = new Map<string, string>();

  constructor(private readonly database: DatabaseService) {}

  get isReady(): boolean {
    return this.phase === 'ready';
  }

  get isDraining(): boolean {
    return this.phase === 'draining';
  }

  markReady(): void {
    if (this.phase === 'starting') this.phase = 'ready';
  }

  markDraining(): void {
    this.phase = 'draining';
  }

  /** Notes why a part does not do its work; without a reason it does again. */
  fail(name: string, reason: string | undefined): void {
    if (reason === undefined) this.faults.delete(name);
    else this.faults.set(name, reason);
  }

  async report(): Promise<ReadinessReport> {
    if (this.phase !== 'ready') return { ready: false, status: this.phase, failing: [] };
    const failing: ReadinessReport['failing'] = [...this.faults].map(([name, reason]) => ({ name, reason }));
    const { fullBecause } = this.database;
    if (fullBecause !== undefined) failing.push({ name: 'storage', reason: fullBecause });
    try {
      await this.database.ping();
    } catch (error) {
      failing.push({ name: 'storage', reason: messageOf(error) });
    }
    return { ready: failing.length === 0, status: failing.length === 0 ? 'ready' : 'failing', failing };
  }
}
