import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../common/clock';

export const PENDING_TYPES = ['status.request', 'location.request'] as const;
export const PENDING_PRIORITIES = ['normal', 'high'] as const;

const DEFAULT_LIFE_MS = 10 * 60_000;
const MOST_WORK = 64;
const MOST_ACTIONS = 64;
const ACTION_LIFE_MS = 10 * 60_000;

export interface PendingWork {
  id: string;
  type: string;
  priority: string;
  createdAtMs: number;
  expiresAtMs: number;
}

export interface PendingAction {
  id: string;
  command: string;
  paramsJSON: string | null;
  enqueuedAtMs: number;
}

interface Queue {
  revision: number;
  work: PendingWork[];
  actions: PendingAction[];
}

/**
 * What waits for nodes that are away or asleep: requests to report, and commands that an app could not carry out in the
 * background. Kept in memory for minutes, for after that nobody wants them any more.
 */
@Injectable()
export class NodePending {
  private readonly queues = new Map<string, Queue>();

  constructor(@Optional() private readonly clock: Clock = systemClock) {}

  /** The same wish twice is one. Of more than 64 the oldest go. */
  enqueue(
    nodeId: string,
    {
      type,
      priority = 'normal',
      expiresInMs = DEFAULT_LIFE_MS,
    }: { type: string; priority?: string; expiresInMs?: number },
  ): { revision: number; queued: PendingWork } {
    const queue = this.queueOf(nodeId);
    const known = queue.work.find((entry) => entry.type === type);
    if (known) return { revision: queue.revision, queued: known };
    const now = this.clock.now();
    const queued = { id: randomUUID(), type, priority, createdAtMs: now, expiresAtMs: now + expiresInMs };
    queue.work = [...queue.work, queued].slice(-MOST_WORK);
    return { revision: ++queue.revision, queued };
  }

  /** Hands over what waits, the urgent first; it waits no more. */
  drain(nodeId: string, maxItems = MOST_WORK): { revision: number; items: PendingWork[]; hasMore: boolean } {
    const queue = this.queueOf(nodeId);
    const sorted = [...queue.work].sort((a, b) => Number(b.priority === 'high') - Number(a.priority === 'high'));
    const items = sorted.slice(0, maxItems);
    queue.work = queue.work.filter((entry) => !items.includes(entry));
    if (items.length > 0) queue.revision++;
    return { revision: queue.revision, items, hasMore: queue.work.length > 0 };
  }

  /** Keeps a command for when the app is looked at again. */
  keepAction(nodeId: string, command: string, paramsJSON: string | null): PendingAction {
    const queue = this.queueOf(nodeId);
    const action = { id: randomUUID(), command, paramsJSON, enqueuedAtMs: this.clock.now() };
    queue.actions = [...queue.actions, action].slice(-MOST_ACTIONS);
    return action;
  }

  actions(nodeId: string): readonly PendingAction[] {
    return this.queueOf(nodeId).actions;
  }

  /** @returns how many remain */
  acknowledge(nodeId: string, ids: readonly string[]): number {
    const queue = this.queueOf(nodeId);
    queue.actions = queue.actions.filter(({ id }) => !ids.includes(id));
    return queue.actions.length;
  }

  private queueOf(nodeId: string): Queue {
    const now = this.clock.now();
    const queue = this.queues.get(nodeId) ?? { revision: 0, work: [], actions: [] };
    queue.work = queue.work.filter(({ expiresAtMs }) => expiresAtMs > now);
    queue.actions = queue.actions.filter(({ enqueuedAtMs }) => enqueuedAtMs + ACTION_LIFE_MS > now);
    this.queues.set(nodeId, queue);
    return queue;
  }
}
