import { cutText } from '../common/cut-text';
import type { SharedText } from '../common/chat-text';

const MAX_CHARS = 1000;

/** What somebody said before, in short: their words, and what they passed on with its author. */
export const earlierText = (text: string, shared: readonly SharedText[] = []): string =>
  cutText([text, ...shared.map(inShort)].filter((each) => each !== '').join(' '), MAX_CHARS);

const inShort = ({ what = 'forwarded', sender, text }: SharedText): string =>
  `(${sender === undefined ? what : `${what} from ${sender}`}) ${text}`;
