import { ownName } from '../../gateway/page-place';
import type { Outgoing } from './chat-state';

const KEY = ownName('openclaw.outgoing');

type Stored = Record<string, Outgoing[]>;

/** Messages on their way, kept over a reload of this tab: a message is only let go when the gateway has it. */
export const outgoingStore = {
  of(sessionKey: string): Outgoing[] {
    return read()[sessionKey] ?? [];
  },

  save(sessionKey: string, outgoing: readonly Outgoing[]): void {
    const stored = read();
    if (outgoing.length === 0) delete stored[sessionKey];
    else stored[sessionKey] = [...outgoing];
    sessionStorage.setItem(KEY, JSON.stringify(stored));
  },
};

function read(): Stored {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Stored;
  } catch {
    return {};
  }
}
