import { useCallback, useState } from 'react';
import { messageOf } from './problem';
import { useGateway } from './use-gateway';
import { useLive } from './use-live';

/** An owner shares everything with whoever set the gateway up; a guest has a conversation, a folder and a few tools apart. */
export type Role = 'owner' | 'guest';

export interface PairingRequest {
  channel: string;
  account: string;
  senderId: string;
  code: string;
  name?: string;
  /** As what the person would be let in where nobody says anything about it. */
  role?: Role;
}

export interface PairedSender {
  channel: string;
  account: string;
  senderId: string;
  name?: string;
  role: Role;
  approvedAt: number;
}

interface PairingList {
  requests: PairingRequest[];
  approved: PairedSender[];
}

export interface Pairing extends PairingList {
  loaded: boolean;
  problem: string | undefined;
  approve(request: PairingRequest, role?: Role): void;
  dismiss(request: PairingRequest): void;
  /** @param onDone called when they are out */
  revoke(sender: PairedSender, onDone?: () => void): void;
  /** Lets somebody in again, or as something else. */
  admit(sender: PairedSender, role: Role): void;
}

const NOBODY: PairingList = { requests: [], approved: [] };

/** People who ask to write to the assistant, and those who were let in. */
export function usePairing(): Pairing {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<PairingList>(['channels.pairing.list'], { events: ['channels.pairing.'] });
  const [problem, setProblem] = useState<string>();

  const done = useCallback(
    (work: Promise<unknown>, onDone?: () => void): void => {
      work.then(
        () => {
          setProblem(undefined);
          refresh();
          onDone?.();
        },
        (failure: unknown) => setProblem(messageOf(failure)),
      );
    },
    [refresh],
  );

  return {
    ...(data ?? NOBODY),
    loaded: data !== undefined,
    problem: problem ?? error,
    approve: ({ channel, account, code }, role) =>
      done(
        call('channels.pairing.approve', {
          ...{ channel, code, accountId: account, notify: true },
          ...(role === undefined ? {} : { role }),
        }),
      ),
    dismiss: ({ channel, account, code }) =>
      done(call('channels.pairing.dismiss', { channel, code, accountId: account })),
    revoke: ({ channel, account, senderId }, onDone) =>
      done(call('channels.pairing.revoke', { channel, senderId, accountId: account }), onDone),
    admit: ({ channel, account, senderId, name }, role) =>
      done(
        call('channels.pairing.admit', {
          ...{ channel, senderId, accountId: account, role },
          ...(name === undefined ? {} : { name }),
        }),
      ),
  };
}
