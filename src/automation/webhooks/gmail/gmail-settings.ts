import { UsageError } from '../../../common/cli/cli-error';
import { isPlainObject } from '../../../common/plain-object';
import type { HooksConfig } from '../../../config/sections/extensions.config';

/** Section `hooks.gmail`, with what is used where it says nothing. */
export interface GmailSettings {
  account: string;
  label: string;
  /** Full name: projects/<project>/topics/<topic>. */
  topic: string;
  subscription: string;
  /** What Google shows to the watcher. */
  pushToken: string;
  /** Where the watcher tells the gateway of new mail. */
  hookUrl: string;
  includeBody: boolean;
  maxBytes: number;
  renewEveryMinutes: number;
  bind: string;
  port: number;
  path: string;
}

export interface GmailFlags {
  account?: string;
  project?: string;
  topic?: string;
  subscription?: string;
  label?: string;
  hookUrl?: string;
  pushToken?: string;
  includeBody?: boolean;
  maxBytes?: number;
  renewMinutes?: number;
  bind?: string;
  port?: number;
  path?: string;
}

const DEFAULT_TOPIC = 'gog-gmail-watch';

/**
 * What is set, by flag or configuration.
 * @param gatewayUrl where the gateway takes hooks, without the name of the preset
 * @param newToken made where there is no push token yet
 * @throws UsageError for what can't be guessed
 */
export function gmailSettings(
  hooks: HooksConfig,
  flags: GmailFlags,
  place: { gatewayUrl: string; project?: string; newToken?: string },
): GmailSettings {
  const gmail = hooks.gmail ?? {};
  const serve = isPlainObject(gmail['serve']) ? gmail['serve'] : {};
  const account = flags.account ?? text(gmail['account']);
  if (account === undefined) throw new UsageError('whose mail? --account <address>');
  const project = flags.project ?? place.project;
  const named = flags.topic ?? text(gmail['topic']) ?? DEFAULT_TOPIC;
  if (!named.startsWith('projects/') && project === undefined)
    throw new UsageError('which project of Google Cloud? --project <id>');
  const pushToken = flags.pushToken ?? text(gmail['pushToken']) ?? place.newToken;
  if (pushToken === undefined)
    throw new UsageError('hooks.gmail has no pushToken: run "openclaw webhooks gmail setup" first');
  return {
    account,
    label: flags.label ?? text(gmail['label']) ?? 'INBOX',
    topic: named.startsWith('projects/') ? named : `projects/${project}/topics/${named}`,
    subscription: flags.subscription ?? text(gmail['subscription']) ?? `${DEFAULT_TOPIC}-push`,
    pushToken,
    hookUrl: flags.hookUrl ?? text(gmail['hookUrl']) ?? `${place.gatewayUrl}/gmail`,
    includeBody: flags.includeBody ?? bool(gmail['includeBody']) ?? true,
    maxBytes: flags.maxBytes ?? number(gmail['maxBytes']) ?? 20_000,
    renewEveryMinutes: flags.renewMinutes ?? number(gmail['renewEveryMinutes']) ?? 720,
    bind: flags.bind ?? text(serve['bind']) ?? '127.0.0.1',
    port: flags.port ?? number(serve['port']) ?? 8788,
    path: flags.path ?? text(serve['path']) ?? '/gmail-pubsub',
  };
}

/** Project of a topic's full name. */
export const projectOf = ({ topic }: Pick<GmailSettings, 'topic'>): string => topic.split('/')[1] ?? '';

/** Has Gmail tell the topic of new mail; ends by itself after a week, and is renewed by the same. */
export const watchStart = ({ account, label, topic }: GmailSettings): string[] => [
  'gmail',
  'watch',
  'start',
  '--account',
  account,
  '--label',
  label,
  '--topic',
  topic,
];

/** Takes what Google pushes, and tells the gateway. */
export const watchServe = (settings: GmailSettings, hookToken: string): string[] => [
  ...['gmail', 'watch', 'serve', '--account', settings.account],
  ...['--bind', settings.bind, '--port', String(settings.port), '--path', settings.path],
  ...['--token', settings.pushToken, '--hook-url', settings.hookUrl, '--hook-token', hookToken],
  ...(settings.includeBody ? ['--include-body'] : []),
  ...['--max-bytes', String(settings.maxBytes)],
];

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const bool = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
