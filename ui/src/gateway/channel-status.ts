import { type Live, useLive } from './use-live';

/** One account of a channel, as `channels.status` tells it. */
export interface ChannelAccount {
  accountId: string;
  enabled?: boolean;
  configured?: boolean;
  running?: boolean;
  connected?: boolean;
  state?: string;
  lastError?: string;
  lastInboundAt?: number;
  lastOutboundAt?: number;
  dmPolicy?: string;
  reconnectAttempts?: number;
}

export interface ChannelStatus {
  channelOrder: string[];
  channelLabels: Record<string, string>;
  channelAccounts: Record<string, ChannelAccount[]>;
}

/** Channels that are set up, and how each of their accounts is doing. */
export const useChannels = (): Live<ChannelStatus> =>
  useLive<ChannelStatus>(['channels.status'], { events: ['channels.changed', 'config.changed'], everyMs: 15_000 });

export const toneOf = ({ state, running }: ChannelAccount): 'good' | 'warn' | 'bad' | 'off' =>
  state === 'connected' || state === 'running'
    ? 'good'
    : state === 'failed' || state === 'error'
      ? 'bad'
      : running
        ? 'warn'
        : 'off';
