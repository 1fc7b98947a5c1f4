import { useCallback, useEffect, useState } from 'react';
import type { Gateway } from '../gateway/use-gateway';

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
  problem: string | undefined;
  approve(request: PairingRequest): void;
  dismiss(request: PairingRequest): void;
  revoke(sender: PairedSender): void;
}

/** People who ask to write to the assistant, and those who were let in; kept up to date by events. */
export function usePairing({ call, connection, gaps, subscribe }: Gateway): Pairing {
  const [list, setList] = useState<PairingList>({ requests: [], approved: [] });
  const [problem, setProblem] = useState<string>();
  const isConnected = connection.kind === 'connected';

  const refresh = useCallback((): void => {
    call<PairingList>('channels.pairing.list').then(setList, () => undefined);
  }, [call]);

  useEffect(() => {
    if (isConnected) refresh();
  }, [isConnected, gaps, refresh]);

  useEffect(
    () =>
      subscribe((frame) => {
        if (frame.event.startsWith('channels.pairing.')) refresh();
      }),
    [subscribe, refresh],
  );

  const done = (work: Promise<unknown>): void => {
    work.then(
      () => {
        setProblem(undefined);
        refresh();
      },
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };

  return {
    ...list,
    problem,
    approve: ({ channel, account, code }) =>
      done(call('channels.pairing.approve', { channel, code, accountId: account })),
    dismiss: ({ channel, account, code }) =>
      done(call('channels.pairing.dismiss', { channel, code, accountId: account })),
    revoke: ({ channel, account, senderId }) =>
      done(call('channels.pairing.revoke', { channel, senderId, accountId: account })),
  };
}
