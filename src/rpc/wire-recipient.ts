/** What an event's author may look at to choose recipients. */
export interface WireRecipient {
  readonly id: string;
  readonly protocol: 3 | 4;
  readonly role: 'operator' | 'node';
  readonly capabilities: ReadonlySet<string>;
  /** Keys of the sessions that it has open. */
  readonly follows: ReadonlySet<string>;
  /** Has subscribed to the list of sessions, by `sessions.subscribe`. */
  readonly watchesSessions: boolean;
}
