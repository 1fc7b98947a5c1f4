import { useCallback, useState } from 'react';
import { messageOf } from './problem';
import { useGateway } from './use-gateway';
import { useLive } from './use-live';

export interface PairingRequest {
  channel: string;
  account: string;
  senderId: string;
  code: string;
  name?: string;
}

export interface PairedSender {
  channel: string;
  account: string;
  senderId: string;
}

interface PairingList {
  requests: PairingRequest[];
  approved: PairedSender[];
}

export interface Pairing extends PairingList {
  loaded: boolean;
  problem: string | undefined;
  approve(request: PairingRequest): void;
  dismiss(request: PairingRequest): void;
  revoke(sender: PairedSender): void;
}

const NOBODY: PairingList = { requests: [], approved: [] };

/** People who ask to write to the assistant, and those who were let in. */
export function usePairing(): Pairing {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<PairingList>(['channels.pairing.list'], { events: ['channels.pairing.'] });
  const [problem, setProblem] = useState<string>();

  const done = useCallback(
    (work: Promise<unknown>): void => {
      work.then(
        () => {
          setProblem(undefined);
          refresh();
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
    approve: ({ channel, account, code }) =>
      done(call('channels.pairing.approve', { channel, code, accountId: account, notify: true })),
    dismiss: ({ channel, account, code }) =>
      done(call('channels.pairing.dismiss', { channel, code, accountId: account })),
    revoke: ({ channel, account, senderId }) =>
      done(call('channels.pairing.revoke', { channel, senderId, accountId: account })),
  };
}
