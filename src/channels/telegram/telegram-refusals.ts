import type { ReceivedUpdate } from './telegram-update';

const WRITE_TO_ME = 'I answer in chats that I am in. Write to me directly.';
const SELLS_NOTHING = 'Nothing is sold here, and nothing was charged.';

/** The call that says at once, to whoever waits for it, that something can't be done; undefined where nobody waits. */
export function refusalOf(update: ReceivedUpdate): [method: string, params: Record<string, unknown>] | undefined {
  const { guest_message: guest, inline_query: inline, shipping_query: shipping, pre_checkout_query: checkout } = update;
  if (guest?.guest_query_id !== undefined) {
    const result = {
      type: 'article',
      id: 'write-to-me',
      title: WRITE_TO_ME,
      input_message_content: { message_text: WRITE_TO_ME },
    };
    return ['answerGuestQuery', { guest_query_id: guest.guest_query_id, result }];
  }
  if (inline) {
    const button = { text: 'Write to me directly', start_parameter: 'inline' };
    return ['answerInlineQuery', { inline_query_id: inline.id, results: [], cache_time: 0, is_personal: true, button }];
  }
  if (shipping)
    return ['answerShippingQuery', { shipping_query_id: shipping.id, ok: false, error_message: SELLS_NOTHING }];
  if (checkout)
    return ['answerPreCheckoutQuery', { pre_checkout_query_id: checkout.id, ok: false, error_message: SELLS_NOTHING }];
  return undefined;
}
