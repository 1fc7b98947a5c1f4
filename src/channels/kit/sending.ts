import { existsSync } from 'node:fs';
import { messageOf } from '../../common/openclaw-error';
import { ChannelSendError, type OutboundMessage } from '../channel-adapter';

/** @throws ChannelSendError refused: the file of a message was removed meanwhile */
export function needFile({ file }: Pick<OutboundMessage, 'file'>): void {
  if (file && !existsSync(file.path)) throw new ChannelSendError('refused', `${file.name} is not there any more`);
}

/**
 * Changes a message of ours.
 * @param isGone whether the platform's error says that there is no such message
 * @throws ChannelSendError gone
 */
export async function changing(change: () => Promise<unknown>, isGone: (error: unknown) => boolean): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new ChannelSendError('gone', messageOf(error), { cause: error });
  }
}

/** Whether a change of a message worked; false where there is no such message any more. */
export async function unlessGone(change: () => Promise<void>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (error instanceof ChannelSendError && error.failure === 'gone') return false;
    throw error;
  }
}
