const PLACES: Readonly<Record<string, string>> = { webchat: 'this page', internal: 'the gateway', cli: 'a terminal' };

/** What a channel is called, with its account behind a `/`: "Telegram", "Slack, work", "this page". */
export function placeName(origin: string): string {
  const [channel = '', account = ''] = origin.split('/');
  const known = PLACES[channel];
  if (known !== undefined) return known;
  const name = channel.charAt(0).toUpperCase() + channel.slice(1);
  return account === '' || account === 'default' ? name : `${name}, ${account}`;
}
