import { Injectable } from '@nestjs/common';
import { ChannelDirectory } from '../events/channel-directory';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { DeliveryWatch } from './delivery-watch';
import { PlatformCalls, messageOfPart } from './platform-calls';

/** A question that was answered before it has arrived is closed when it arrives, if it does so soon. */
const ARRIVES_WITHIN_MS = 30_000;

/** Takes the buttons of what was sent away and changes how its text ends: nobody answers it any more. */
@Injectable()
export class ClosedMessages {
  private readonly log: Logger;

  constructor(
    private readonly watch: DeliveryWatch,
    private readonly directory: ChannelDirectory,
    private readonly calls: PlatformCalls,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('outbox');
  }

  /**
   * What can't be changed stays as it is: whoever presses a button there is told that it is too late.
   * @param reword the new text of its last message
   */
  async close(runId: string, reword: (text: string) => string): Promise<void> {
    try {
      const last = (await this.watch.settled(runId, ARRIVES_WITHIN_MS)).at(-1);
      if (last?.state !== 'sent' || last.platformId === null) return;
      const { platformId, payload } = last;
      const adapter = this.directory.find(last.route.channel)?.adapter;
      const message = messageOfPart({ ...last, payload: { ...payload, text: reword(payload.text) } });
      delete message.buttons;
      await this.calls.make(last, async () => adapter?.edit?.(message, platformId));
    } catch (error) {
      this.log.debug({ run: runId }, `the buttons of a message that was answered stay: ${messageOf(error)}`);
    }
  }
}
