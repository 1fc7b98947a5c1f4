/** What one gateway tells the others, with the number that it gave it; each number is used once. */
export interface Notice {
  number: number;
  text: string;
}

/** Carries notices between the gateways that share a database. They may get lost; nothing may depend on one. */
export interface ReplicaLink {
  /** Connects, and goes on connecting by itself when the connection breaks. */
  open(heard: LinkListener): void;
  /** Sends in order, without waiting for it. */
  send(notice: Notice): void;
  /** Sends what waits, within `graceMs`, and ends. */
  close(graceMs: number): Promise<void>;
  /** Whether what is sent now is likely to arrive. */
  readonly isUp: boolean;
  /** What carries it now. */
  readonly way: LinkWay;
}

export type LinkWay = 'postgres' | 'redis';

export interface LinkListener {
  /** Something another gateway has sent. */
  heard(sender: string, notice: Notice): void;
  /** Connected, for the first time or again: something may have been missed. */
  connected(): void;
}
