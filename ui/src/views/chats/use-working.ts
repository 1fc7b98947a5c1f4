import { useEffect, useState } from 'react';
import { useGateway } from '../../gateway/use-gateway';
import type { AgentEvent, ChatEvent } from './chat-types';

/** Conversations in which something is being worked on, as far as this page has heard. */
export function useWorking(): ReadonlySet<string> {
  const { subscribe, gaps } = useGateway();
  const [working, setWorking] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    setWorking(new Set());
    return subscribe(({ event, payload }) => {
      const started =
        event === 'agent' &&
        (payload as AgentEvent).stream === 'lifecycle' &&
        (payload as AgentEvent).data['phase'] === 'start';
      const ended = event === 'chat' && (payload as ChatEvent).state !== 'delta';
      if (!started && !ended) return;
      const { sessionKey } = payload as { sessionKey: string };
      setWorking((old) => {
        if (old.has(sessionKey) === started) return old;
        const next = new Set(old);
        if (started) next.add(sessionKey);
        else next.delete(sessionKey);
        return next;
      });
    });
  }, [subscribe, gaps]);
  return working;
}
