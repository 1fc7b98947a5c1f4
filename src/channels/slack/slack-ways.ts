import { readFile } from 'node:fs/promises';
import type { MediaRef } from '../../common/chat-media';
import type { Logger } from '../../common/logger';
import { hostOf, isWithin } from '../../common/net/host';
import { messageOf } from '../../common/openclaw-error';
import type { GuardedHttp } from '../../tools/web/guarded-http.service';
import { ChannelSendError, type OutboundMessage } from '../channel-adapter';
import type { SlackAccount } from './slack-accounts';
import { DEFAULT_API_ROOT, type SlackCalls, apiRootOf } from './slack-calls';
import { mrkdwn, unfurling, withoutLinks } from './slack-format';
import { blocks } from './slack-replies';
import { fileId } from './slack-search';

const SLACK_DOMAINS = ['slack.com', 'slack-files.com'];
const REQUEST_MS = 60_000;
const MIB = 1024 * 1024;

/** Ways beside a plain message: the address of a command, and files to and from people. */
export class SlackWays {
  constructor(
    private readonly calls: SlackCalls,
    private readonly http: GuardedHttp,
    private readonly account: (id: string) => SlackAccount,
    private readonly log: Logger,
  ) {}

  /** Returns false where the answer has to go to the conversation: the address holds for half an hour and five answers. */
  async respond(accountId: string, url: string, message: OutboundMessage): Promise<boolean> {
    const root = apiRootOf(this.account(accountId));
    const { linkPreview } = this.account(accountId).settings;
    const text = mrkdwn(message.text);
    try {
      const answer = await this.http.request({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          response_type: 'ephemeral',
          text,
          ...blocks(text, message.buttons),
          ...unfurling(linkPreview),
        }),
        timeoutMs: REQUEST_MS,
        maxBytes: MIB,
        maxRedirects: 0,
        ...(root === DEFAULT_API_ROOT ? {} : { trustedOrigins: [new URL(root).origin] }),
      });
      return answer.status < 300;
    } catch (error) {
      this.log.debug({ account: accountId }, `a command was not answered by its own address: ${messageOf(error)}`);
      return false;
    }
  }

  async upload(message: OutboundMessage, channel: string, thread: string | undefined, text: string): Promise<string> {
    const { account, file } = message;
    const data = await readFile(file?.path ?? '');
    const target = await this.calls.call(
      account,
      'files.getUploadURLExternal',
      { filename: file?.name, length: data.length },
      true,
    );
    const { linkPreview } = this.account(account).settings;
    const comment = linkPreview === true ? text : withoutLinks(text);
    const root = apiRootOf(this.account(account));
    const answer = await this.http
      .request({
        url: String(target['upload_url']),
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: data,
        timeoutMs: REQUEST_MS,
        maxBytes: MIB,
        ...(root === DEFAULT_API_ROOT ? {} : { trustedOrigins: [new URL(root).origin] }),
      })
      .catch((error: unknown) => {
        throw new ChannelSendError('not_delivered', `Slack: the file was not taken: ${messageOf(error)}`, {
          cause: error,
        });
      });
    if (answer.status >= 300)
      throw new ChannelSendError('not_delivered', `Slack: the file was not taken (${answer.status})`);
    // Nothing is shown before this, and the same file is shown once.
    await this.calls.call(account, 'files.completeUploadExternal', {
      files: [{ id: target['file_id'], title: file?.name }],
      channel_id: channel,
      ...(thread ? { thread_ts: thread } : {}),
      ...(comment === '' ? {} : { initial_comment: comment }),
    });
    return fileId(String(target['file_id']));
  }

  /** Content of a file that somebody sent. */
  async download(
    accountId: string,
    media: MediaRef,
    { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
  ): Promise<Buffer> {
    const account = this.account(accountId);
    const { file } = await this.calls.call(accountId, 'files.info', { file: media.ref }, true);
    const url = (file as { url_private_download?: string; url_private?: string } | undefined) ?? {};
    const address = url.url_private_download ?? url.url_private;
    if (!address) throw new Error('Slack gives this file out no more');
    const root = apiRootOf(account);
    const at = new URL(address);
    const host = hostOf(at).name;
    const isSlack = SLACK_DOMAINS.some((domain) => isWithin(host, domain));
    // The token goes to Slack alone.
    if (root === DEFAULT_API_ROOT ? !isSlack : at.origin !== new URL(root).origin)
      throw new Error(`the file is at ${host}, which is not Slack`);
    const answer = await this.http.request({
      url: address,
      headers: { authorization: `Bearer ${account.botToken}` },
      timeoutMs: REQUEST_MS,
      maxBytes,
      maxRedirects: 0,
      signal,
      ...(root === DEFAULT_API_ROOT ? {} : { trustedOrigins: [new URL(root).origin] }),
    });
    if (answer.status !== 200) throw new Error(`Slack answered ${answer.status}`);
    return answer.body;
  }
}
