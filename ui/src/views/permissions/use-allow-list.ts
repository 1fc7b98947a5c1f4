import { useCallback } from 'react';
import { useGateway } from '../../gateway/use-gateway';
import { type Live, useLive } from '../../gateway/use-live';

/** An entry of `exec-approvals.json`; only what is shown of it is named here. */
export interface Entry {
  lastUsedAt?: number;
  lastUsedCommand?: string;
  [other: string]: unknown;
}

export interface AllowList {
  path: string;
  hash: string | null;
  file: { agents?: Record<string, { allowlist?: Entry[]; [other: string]: unknown }>; [other: string]: unknown };
  rules: Record<string, string[]>;
  warnings: string[];
}

interface Change {
  agentId: string;
  index: number;
  /** Put in at that place; without it what is there goes. */
  entry?: Entry;
}

/** The owner's rules, and a change of one of them in what is there right now. */
export function useAllowList(): Live<AllowList> & { change(change: Change, known: AllowList): Promise<AllowList> } {
  const { call } = useGateway();
  const live = useLive<AllowList>(['exec.approvals.get'], { events: ['exec.approval.'] });
  const { refresh } = live;
  const change = useCallback(
    async ({ agentId, index, entry }: Change, { file, hash }: AllowList) => {
      const agent = file.agents?.[agentId] ?? {};
      const allowlist = [...(agent.allowlist ?? [])];
      if (entry === undefined) allowlist.splice(index, 1);
      else allowlist.splice(index, 0, entry);
      const changed = { ...file, agents: { ...file.agents, [agentId]: { ...agent, allowlist } } };
      try {
        return await call<AllowList>('exec.approvals.set', { file: changed, baseHash: hash });
      } finally {
        refresh();
      }
    },
    [call, refresh],
  );
  return { ...live, change };
}
