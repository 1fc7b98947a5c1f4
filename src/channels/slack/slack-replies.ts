import { cutText } from '../../common/cut-text';
import type { ReplyButton } from '../../common/chat-media';

const MOST_BUTTONS = 25;
const MAX_LABEL = 75;
const MAX_VALUE = 2000;
const MAX_SECTION = 3000;
const RESPONSE = 'response';

/** Where the answer to a command goes, for half an hour, in the place of the id of the message that is answered. */
export const responseId = (url: string): string => `${RESPONSE}/${Buffer.from(url).toString('base64url')}`;

export function responseUrlOf(replyToId: string | undefined): string | undefined {
  const [kind, encoded] = (replyToId ?? '').split('/');
  return kind === RESPONSE && encoded ? Buffer.from(encoded, 'base64url').toString() : undefined;
}

/** A text with buttons under it as blocks; without buttons the text alone says it. */
export function blocks(text: string, rows: readonly (readonly ReplyButton[])[] | undefined): Record<string, unknown> {
  const buttons = (rows ?? [])
    .flat()
    .filter(({ says }) => says.length <= MAX_VALUE)
    .slice(0, MOST_BUTTONS);
  if (buttons.length === 0) return {};
  return {
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: cutText(text, MAX_SECTION) } },
      {
        type: 'actions',
        elements: buttons.map(({ label, says }, index) => ({
          type: 'button',
          action_id: `say-${index}`,
          text: { type: 'plain_text', text: cutText(label, MAX_LABEL) },
          value: says,
        })),
      },
    ],
  };
}
