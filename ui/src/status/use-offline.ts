import { useEffect, useState } from 'react';
import type { Gateway } from '../gateway/use-gateway';

/** Whether no language model is connected, so that the offline assistant answers. Undefined while not known. */
export function useOffline({ call, connection }: Gateway): boolean | undefined {
  const [isOffline, setOffline] = useState<boolean>();
  const isConnected = connection.kind === 'connected';
  useEffect(() => {
    if (!isConnected) return;
    call<{ models: { provider: string }[] }>('models.list').then(
      ({ models }) => setOffline(models.every((model) => model.provider === 'offline')),
      () => undefined,
    );
  }, [call, isConnected]);
  return isOffline;
}
