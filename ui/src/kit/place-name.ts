import { type MessageDescriptor, i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
const PLACES: Readonly<Record<string, MessageDescriptor>> = {
  webchat: msg`this page`,
  internal: msg`the gateway`,
  cli: msg`a terminal`,
  cron: msg`a scheduled job`,
  subagent: msg`a sub-agent`,
};

/** What a channel is called, with its account behind a `/`: "Telegram", "Slack, work", "this page". */
export function placeName(origin: string): string {
  const [channel = '', account = ''] = origin.split('/');
  const known = PLACES[channel];
  if (known !== undefined) return i18n._(known);
  const name = channel.charAt(0).toUpperCase() + channel.slice(1);
  return account === '' || account === 'default' ? name : `${name}, ${account}`;
}
