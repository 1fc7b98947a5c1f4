import type { WebClient } from '@slack/web-api';
import { backoffDelay } from '../../common/backoff';
import { RecentMap } from '../../common/recent-map';
import { sleep } from '../../common/sleep';
import type { SlackAccount } from './slack-accounts';
import { FAILURE_BACKOFF, MOST_FAILURES, MOST_WAITS } from '../asking';
import { SlackDirectory } from './slack-directory';
import { retryAfterOf, sendError } from './slack-errors';
import { unfurling } from './slack-format';

/** Conversations with people that are remembered: those that were used last. */
const MOST_DIRECTS = 5000;
const CALL_MS = 60_000;
const CHANNEL_PREFIX = /^(?:channel|group):/;
const USER = /^(?:user:)?([UW]\w+)$/;

export const DEFAULT_API_ROOT = 'https://slack.com';

export const apiRootOf = ({ settings }: Pick<SlackAccount, 'settings'>): string =>
  (settings.apiRoot ?? DEFAULT_API_ROOT).replace(/\/+$/, '');

/** How the library is to call: our outbox decides what is tried again, and when. */
export const clientOptions = (account: Pick<SlackAccount, 'settings'>): Record<string, unknown> => ({
  slackApiUrl: `${apiRootOf(account)}/api/`,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: CALL_MS,
  allowAbsoluteUrls: false,
  logger: SILENT,
});

/** What the library says is said by our own errors. */
const nothing = (): void => undefined;
export const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: (): never => 'error' as never,
  setName: nothing,
};

type Answer = Record<string, unknown>;

/** Methods whose texts Slack looks through for links. */
const SHOWS_TEXT: ReadonlySet<string> = new Set(['chat.postMessage', 'chat.update']);

/** One call with a token that nobody keeps. @throws ChannelSendError */
export async function askWith(token: string, settings: SlackAccount['settings'], method: string): Promise<Answer> {
  const { WebClient } = await import('@slack/web-api');
  try {
    return (await new WebClient(token, clientOptions({ settings })).apiCall(method)) as unknown as Answer;
  } catch (error) {
    throw sendError(error, true);
  }
}

/** Calls of Slack's interface by account; the library is loaded with the first one. */
export class SlackCalls {
  private readonly clients = new Map<string, { key: string; client: WebClient }>();
  private readonly directs = new RecentMap<string, string>(MOST_DIRECTS);
  readonly directory = new SlackDirectory(this);

  /** @param account the account of an id. @throws ChannelFatalError */
  constructor(readonly account: (id: string) => SlackAccount) {}

  async client(accountId: string): Promise<WebClient> {
    const account = this.account(accountId);
    const key = `${account.botToken} ${apiRootOf(account)}`;
    const known = this.clients.get(accountId);
    if (known?.key === key) return known.client;
    const { WebClient } = await import('@slack/web-api');
    const client = new WebClient(account.botToken, clientOptions(account));
    this.clients.set(accountId, { key, client });
    return client;
  }

  /** @throws ChannelSendError */
  async call(accountId: string, method: string, params: Answer, repeatable = false): Promise<Answer> {
    const { linkPreview } = this.account(accountId).settings;
    const links = SHOWS_TEXT.has(method) ? unfurling(linkPreview) : {};
    try {
      return (await (await this.client(accountId)).apiCall(method, { ...params, ...links })) as unknown as Answer;
    } catch (error) {
      throw sendError(error, repeatable);
    }
  }

  /**
   * A question about what is there: limits are waited out, failures of the network tried again, and what may not be seen
   * is undefined.
   */
  async ask(accountId: string, method: string, params: Answer): Promise<Answer | undefined> {
    let failures = 0;
    for (let waits = 0; ;) {
      try {
        return await this.call(accountId, method, params, true);
      } catch (error) {
        const { failure } = error as { failure?: string };
        const wait = retryAfterOf((error as { cause?: unknown }).cause);
        if (failure === 'refused') return undefined;
        if (failure === 'rate_limited' && waits < MOST_WAITS) {
          waits++;
          await sleep(wait ?? 1000);
        } else if (failure === 'not_delivered' && failures < MOST_FAILURES)
          await sleep(backoffDelay(FAILURE_BACKOFF, failures++));
        else throw error;
      }
    }
  }

  /** Conversation that a target stands for, where Slack need not be asked. */
  knownChannel(accountId: string, to: string): string | undefined {
    const target = to.replace(CHANNEL_PREFIX, '');
    const user = USER.exec(target)?.[1];
    if (user !== undefined) return this.directs.get(`${accountId}/${user}`);
    return /^[A-Z0-9]+$/.test(target) ? target : undefined;
  }

  /** Conversation that a target stands for; those with people are opened. */
  async channelOf(accountId: string, to: string): Promise<string> {
    const target = (await this.directory.idOf(accountId, to)).replace(CHANNEL_PREFIX, '');
    const user = USER.exec(target)?.[1];
    if (!user) return target;
    const key = `${accountId}/${user}`;
    const known = this.directs.get(key);
    if (known) return known;
    const { channel } = await this.call(accountId, 'conversations.open', { users: user }, true);
    const id = (channel as { id: string }).id;
    this.directs.set(key, id);
    return id;
  }
}
