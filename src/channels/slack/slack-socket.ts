import type { SocketModeClient } from '@slack/socket-mode';
import { type BackoffPolicy, backoffDelay } from '../../common/backoff';
import type { Logger } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { settlesWithin, sleep } from '../../common/sleep';
import { ChannelFatalError, type ChannelHost } from '../channel-adapter';
import type { SlackAccount } from './slack-accounts';
import type { SlackApp } from './slack-app';
import { SILENT, clientOptions } from './slack-calls';
import { apiErrorOf, isUnauthorized } from './slack-errors';

const RECONNECT: BackoffPolicy = { initialMs: 300, maxMs: 30_000, factor: 1.8, jitter: 0.25 };
const HELLO_MS = 30_000;
const DISCONNECT_MS = 500;
/** A connection that stood so long was a good one. */
const GOOD_MS = 10_000;

interface Envelope {
  ack(response?: unknown): Promise<void>;
  body: Record<string, unknown>;
  retry_num?: number;
}

/** Socket Mode under our own supervision: one connection after the other, each event confirmed after its commit. */
export class SlackSocket {
  constructor(
    private readonly options: {
      account: SlackAccount;
      app: SlackApp;
      host: ChannelHost;
      log: Logger;
      signal: AbortSignal;
      /** Called after each connection that follows a gap. */
      connected(): Promise<void>;
    },
  ) {}

  async run(): Promise<void> {
    const { host, log, signal } = this.options;
    for (let failures = 0; !signal.aborted;) {
      const startedAt = performance.now();
      const reason = await this.connection().catch((error: unknown) => {
        if (error instanceof ChannelFatalError) throw error;
        return messageOf(error);
      });
      if (signal.aborted) return;
      failures = performance.now() - startedAt > GOOD_MS ? 0 : failures + 1;
      const waitMs = backoffDelay(RECONNECT, failures);
      host.state('reconnecting', reason);
      log.info({ account: this.options.account.id, waitMs }, `the connection ended: ${reason}`);
      await sleep(waitMs, signal);
    }
  }

  /** One connection; resolves with the reason for its end. */
  private async connection(): Promise<string> {
    const { account, signal, host } = this.options;
    const { SocketModeClient } = await import('@slack/socket-mode');
    const client = new SocketModeClient({
      appToken: account.appToken,
      autoReconnectEnabled: false,
      clientOptions: clientOptions(account),
      logger: SILENT as never,
    });
    client.on('slack_event', (envelope: Envelope) => {
      host.alive();
      void this.take(envelope);
    });
    const ended = new Promise<string>((resolve) => {
      client.on('disconnected', (error?: unknown) => resolve(error ? messageOf(error) : 'Slack closed the connection'));
    });
    const stop = (): void => void disconnect(client);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.open(client);
      if (signal.aborted) return 'stopped';
      await this.options.connected();
      host.state('connected');
      return await ended;
    } finally {
      signal.removeEventListener('abort', stop);
      await disconnect(client);
    }
  }

  private async open(client: SocketModeClient): Promise<void> {
    const { account } = this.options;
    const opening = client.start();
    opening.catch(() => undefined);
    try {
      if (!(await settlesWithin(opening, HELLO_MS))) throw new Error(`Slack said nothing within ${HELLO_MS / 1000} s`);
      await opening;
    } catch (error) {
      if (isUnauthorized(error))
        throw new ChannelFatalError(
          'SLACK_UNAUTHORIZED',
          `Slack refuses the app token (${apiErrorOf(error) ?? ''}); set ${account.at}.appToken to one with the scope connections:write`,
          error,
        );
      throw error;
    }
  }

  /** What is not confirmed comes again. */
  private async take({ ack, body, retry_num: retryNum }: Envelope): Promise<void> {
    const { app, log, signal } = this.options;
    try {
      const response = await app.handle({ body, ...(retryNum === undefined ? {} : { retryNum }) }, signal);
      await ack(response);
    } catch (error) {
      log.warn({ account: this.options.account.id }, `an event was not confirmed: ${messageOf(error)}`);
    }
  }
}

/** The library tells of the end only where there was a connection. */
const disconnect = async (client: SocketModeClient): Promise<void> => {
  await settlesWithin(client.disconnect(), DISCONNECT_MS);
};
