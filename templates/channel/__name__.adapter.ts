import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import {
  type ChannelAccount,
  type ChannelAdapter,
  type ChannelHost,
  ChannelSendError,
  ChatChannel,
  type OutboundMessage,
  type ProbeResult,
} from '__src__/channels/channel-adapter';
import { ConfiguredChannel } from '__src__/channels/kit/configured-channel';
import { splitMarkdown } from '__src__/common/markdown/split-markdown';
import { messageOf } from '__src__/common/openclaw-error';
import { sleep } from '__src__/common/sleep';
import { ConfigService } from '__src__/config/config.service';
import { type __Name__Account, __camel__Accounts } from './__name__-accounts';

const LOOK_MS = 100;
const MOST_CHARS = 10_000;

/** All that the platform does differently from others. Here it is a folder: put the platform in its place. */
@Injectable()
@ChatChannel({
  id: '__declared__',
  label: '__title__',
  capabilities: { edits: false, typing: false, groups: false, repeatable: true },
  credentials: [],
})
export class __Name__Adapter extends ConfiguredChannel<__Name__Account> implements ChannelAdapter {
  constructor(config: ConfigService) {
    super(config, { id: '__declared__', label: '__title__' });
  }

  async run(accountId: string, host: ChannelHost, signal: AbortSignal): Promise<void> {
    const { settings } = this.account(accountId);
    const box = this.boxOf(accountId);
    for (const part of ['in', 'done', 'out']) await mkdir(join(box, part), { recursive: true });
    host.state('connected');
    while (!signal.aborted) {
      for (const name of (await readdir(join(box, 'in'))).sort()) {
        await host.receive({
          externalId: name,
          chat: { id: 'folder', type: 'direct' },
          sender: { id: 'owner', isBot: false },
          text: await readFile(join(box, 'in', name), 'utf8'),
          mentionsBot: true,
          policy: {
            dmPolicy: 'allowlist',
            allowFrom: (settings.allowFrom ?? ['owner']).map(String),
            groupPolicy: 'disabled',
            groupAllowFrom: [],
          },
        });
        // Only now is the platform told: had the process ended before, the message would come again, and be known by its id.
        await rename(join(box, 'in', name), join(box, 'done', name));
      }
      host.alive();
      await sleep(LOOK_MS, signal);
    }
  }

  chunk(_account: string, text: string): string[] {
    return splitMarkdown(text, (piece) => piece.length <= MOST_CHARS);
  }

  async send({ account, deliveryId = 'message', text }: OutboundMessage): Promise<string> {
    // The same delivery again writes the same file: it can't come twice.
    const name = `${deliveryId}.txt`;
    const path = join(this.boxOf(account), 'out', name);
    try {
      await writeFile(`${path}.part`, text);
      await rename(`${path}.part`, path);
    } catch (error) {
      throw new ChannelSendError('not_delivered', `${path} could not be written: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return name;
  }

  async probe(accountId: string): Promise<ProbeResult> {
    const started = performance.now();
    const failure = await readdir(this.boxOf(accountId)).then(() => undefined, messageOf);
    const elapsedMs = Math.round(performance.now() - started);
    return failure === undefined ? { ok: true, elapsedMs } : { ok: false, elapsedMs, error: failure };
  }

  protected configured(): __Name__Account[] {
    return __camel__Accounts(this.config.config);
  }

  protected describe({ settings }: __Name__Account): Pick<ChannelAccount, 'facts' | 'settings' | 'allowFrom'> {
    return { settings, allowFrom: (settings.allowFrom ?? []).map(String), facts: { folder: settings.folder ?? null } };
  }

  private boxOf(accountId: string): string {
    return this.account(accountId).settings.folder ?? '';
  }
}
