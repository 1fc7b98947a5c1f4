import { readFile } from 'node:fs/promises';
import type { Logger } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import type { GuardedHttp } from '../../tools/web/guarded-http.service';
import { ChannelSendError, type OutboundMessage } from '../channel-adapter';
import type { SlackAccount } from './slack-accounts';
import { DEFAULT_API_ROOT, type SlackCalls, apiRootOf } from './slack-calls';
import { mrkdwn, unfurling, withoutLinks } from './slack-format';
import { blocks } from './slack-replies';

const REQUEST_MS = 60_000;
const MIB = 1024 * 1024;

/** Ways to a person beside a plain message: the address of a command, and files. */
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
    return `file:${String(target['file_id'])}`;
  }
}
