import { t } from '@lingui/core/macro';
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

const STATES: Readonly<Record<string, string>> = {
  get stopped() {
    return t`stopped`;
  },
  get starting() {
    return t`connecting`;
  },
  get connected() {
    return t`connected`;
  },
  get reconnecting() {
    return t`connecting again`;
  },
  get stopping() {
    return t`stopping`;
  },
  get failed() {
    return t`failed`;
  },
  get logged_out() {
    return t`logged out`;
  },
  get disabled() {
    return t`switched off`;
  },
  get not_configured() {
    return t`not set up`;
  },
};

/** How an account is doing, in a word or two. */
export const stateInWords = ({ state, running }: ChannelAccount): string =>
  STATES[state ?? ''] ?? state ?? (running ? t`running` : t`stopped`);
