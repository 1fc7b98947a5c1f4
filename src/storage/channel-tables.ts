import type { Json, Ms } from './column-types';

export interface ChannelCursorTable {
  channel: string;
  account: string;
  value: Json;
  updated_at: Ms;
}

/** Polls that the assistant has sent. */
export interface ChannelPollTable {
  channel: string;
  account: string;
  /** The platform's id. */
  poll_id: string;
  /** Where it stands. */
  route: Json;
  /** What it asks, with the counts that were told last. */
  state: Json;
  updated_at: Ms;
}

/** What each person has chosen last in a poll. */
export interface ChannelPollVoteTable {
  channel: string;
  account: string;
  poll_id: string;
  voter_id: string;
  name: string;
  /** Ids of answers. */
  choices: Json;
  voted_at: Ms;
}
