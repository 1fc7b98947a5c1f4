import { Injectable } from '@nestjs/common';
import { ChannelFatalError, ChannelSendError, type OutboundMessage } from '../channels/channel-adapter';
import { messageOf } from '../common/openclaw-error';
import { Slots } from '../common/slots';
import { sleep } from '../common/sleep';
import type { OutboxPart } from './outbox-part';

const CALLS_AT_ONCE = 5;
/** Who takes longer than that waits for the platform, and keeps nobody else from it. */
const HOLD_MS = 2000;

/** Calls to the platforms that deliver something, a few at once on each account. */
@Injectable()
export class PlatformCalls {
  private readonly slots = new Map<string, Slots>();
  private inFlight = 0;

  /** @throws ChannelSendError, whatever went wrong */
  async make<T>({ route }: OutboxPart, call: () => Promise<T>): Promise<T> {
    const release = await this.slotsOf(`${route.channel}\n${route.account}`).take();
    const timer = setTimeout(release, HOLD_MS).unref();
    this.inFlight++;
    try {
      return await call();
    } catch (error) {
      throw asSendError(error);
    } finally {
      this.inFlight--;
      clearTimeout(timer);
      release();
    }
  }

  /** Resolves when no call is under way, or after so many milliseconds. */
  async idle(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    while (this.inFlight > 0 && performance.now() < deadline) await sleep(10);
  }

  private slotsOf(key: string): Slots {
    let slots = this.slots.get(key);
    if (!slots) {
      slots = new Slots(() => CALLS_AT_ONCE);
      this.slots.set(key, slots);
    }
    return slots;
  }
}

/** Adapters say whose fault a failure of the platform is. Whatever else they throw is a fault of the program. */
export function asSendError(error: unknown): ChannelSendError {
  if (error instanceof ChannelSendError) return error;
  const failure = error instanceof ChannelFatalError ? 'unauthorized' : 'defect';
  return new ChannelSendError(failure, messageOf(error), { cause: error });
}

/** A mistake in the program; what libraries say of the network in the same classes has a cause. */
export const isProgramError = (error: unknown): boolean =>
  [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind) &&
  (error as Error).cause === undefined;

/**
 * Whether a message may be there after its sending failed.
 * @param canBeFound whether that can be looked for
 */
export function mayHaveArrived({ failure, cause }: ChannelSendError, canBeFound: boolean): boolean {
  if (failure === 'defect') return !isProgramError(cause);
  return failure === 'ambiguous' || (failure === 'server_fault' && canBeFound);
}

/** A part in the words of the channels. */
export const messageOfPart = ({ id, route, payload }: OutboxPart): OutboundMessage => ({
  deliveryId: id,
  account: route.account,
  route,
  text: payload.text,
  ...(payload.replyToId ? { replyToId: payload.replyToId } : {}),
  ...(payload.file ? { file: payload.file } : {}),
  ...(payload.buttons ? { buttons: payload.buttons } : {}),
  ...(payload.silent ? { silent: true } : {}),
});
