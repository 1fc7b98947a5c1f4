/** Carries texts between the gateways that share a database. What it is given may get lost; nothing may depend on it. */
export interface ReplicaLink {
  /** Connects, and goes on connecting by itself when the connection breaks. */
  open(heard: LinkListener): void;
  /** Sends in order, without waiting for it. */
  send(text: string): void;
  /** Sends what waits, within `graceMs`, and ends. */
  close(graceMs: number): Promise<void>;
  /** Whether what is sent now is likely to arrive. */
  readonly isUp: boolean;
}

export interface LinkListener {
  /** Something another gateway has sent. */
  text(sender: string, text: string): void;
  /** Connected, for the first time or again: something may have been missed. */
  connected(): void;
}
