import { worstOrigin } from '../../tools/provenance/taint';
import { leftOutNote } from '../../common/cut-text';
import type { PromptMessage } from '../prompt/derive-prompt';
import { cutToTokens } from '../../common/estimate-tokens';
import type { TokenGauge } from '../prompt/token-gauge.service';
import { originsOf } from '../../sessions/said-texts';
import { levelTexts } from './level-texts';
import { withoutPictures } from './request-pictures';
import { mechanicalSummary, summaryIn, summaryMessage } from './summary-text';

/** A request that had to be made smaller gets some air, so that the next step of the turn need not change it again. */
const AIM = 0.85;
const SQUEEZED_CHARS = 400;
const SUMMARY_SHARE = 0.15;
const MOST_SUMMARY_TOKENS = 2000;

export interface FittedConversation {
  messages: readonly PromptMessage[];
  /** Index of the first message of the running turn. */
  opening: number;
}

/**
 * Makes the messages of a request fit a model. Total, for any messages and any sizes: what comes out has the newest
 * exchange and, of all that was said before, either the words or a summary that stands for them. First old results of
 * tools lose their middle, then old pictures go, then the oldest turns and the oldest steps of the running turn are
 * summed up, and last the newest messages themselves are cut. Each cut says so to the model.
 * @param opening index of the first message of the running turn
 * @param room tokens that the messages may have
 */
export function fitToWindow(
  messages: readonly PromptMessage[],
  opening: number,
  room: number,
  gauge: TokenGauge,
): FittedConversation {
  if (gauge.messages(messages) <= room) return { messages, opening };
  const request = new Request(messages, opening, Math.floor(room * AIM), gauge);
  request.squeezeResults();
  request.foldHistory();
  request.foldSteps();
  request.cutNewest();
  return request.result();
}

class Request {
  private summary: PromptMessage | undefined;
  private history: PromptMessage[];
  private readonly opening: PromptMessage[];
  /** What a former time has made of the first steps of the turn. */
  private note: PromptMessage | undefined;
  private steps: PromptMessage[];
  private newest: PromptMessage[];

  constructor(
    messages: readonly PromptMessage[],
    opening: number,
    private readonly room: number,
    private readonly gauge: TokenGauge,
  ) {
    const before = messages.slice(0, opening);
    this.summary = before.find(({ summary }) => summary);
    this.history = before.filter(({ summary }) => !summary);
    const turn = messages.slice(opening);
    const isSaid = ({ message, summary }: PromptMessage): boolean => message.role === 'user' && !summary;
    const said = turn.findIndex((entry) => !isSaid(entry));
    this.opening = turn.slice(0, said === -1 ? turn.length : said);
    const done = said === -1 ? [] : turn.slice(said);
    this.note = done.find(({ summary }) => summary);
    this.steps = done.filter(({ summary }) => !summary);
    const last = Math.max(
      0,
      this.steps.findLastIndex(({ message }) => message.role === 'assistant'),
    );
    this.newest = this.steps.splice(last);
  }

  result(): FittedConversation {
    const before = [...(this.summary ? [this.summary] : []), ...this.history];
    return { messages: [...before, ...this.turn()], opening: before.length };
  }

  /** Results of tools but the newest lose their middle, the oldest first; then pictures go. */
  squeezeResults(): void {
    let over = this.over();
    const each = (entries: PromptMessage[], change: (entry: PromptMessage) => PromptMessage): PromptMessage[] =>
      entries.map((entry) => {
        if (over <= 0) return entry;
        const changed = change(entry);
        if (changed !== entry) over -= this.gauge.messages([entry]) - this.gauge.messages([changed]);
        return changed;
      });
    this.history = each(this.history, squeezed);
    this.steps = each(this.steps, squeezed);
    this.history = each(this.history, withoutPictures);
  }

  /** The oldest turns before this one become a summary; whole turns, as many as have to. */
  foldHistory(): void {
    if (this.over() <= 0 || this.history.length === 0) return;
    const most = this.summaryTokens();
    const rest = this.size(this.turn()) + Math.max(most, 0);
    const kept = startOfKept(this.history, this.room - rest, this.gauge, ({ role }) => role === 'user');
    const folded = this.history.splice(0, kept);
    this.summary = this.summed(folded, this.summary, most, 'history');
  }

  /** The same for the steps of the running turn; what people said in it stays. */
  foldSteps(): void {
    if (this.over() <= 0 || this.steps.length === 0) return;
    const most = this.summaryTokens();
    const rest = this.size([...(this.summary ? [this.summary] : []), ...this.history, ...this.opening, ...this.newest]);
    const kept = startOfKept(this.steps, this.room - rest - most, this.gauge, ({ role }) => role === 'assistant');
    const folded = this.steps.splice(0, kept);
    this.note = this.summed(folded, this.note, most, 'turn');
    this.steps.unshift(...folded.filter(({ message }) => message.role === 'user'));
  }

  /** What is left is cut in the order of what can best be missed; the largest texts give most. */
  cutNewest(): void {
    const level = (
      entries: PromptMessage[],
      floor: number,
      mayCut?: (entry: PromptMessage) => boolean,
    ): PromptMessage[] => (this.over() <= 0 ? entries : levelTexts(entries, this.over(), floor, this.gauge, mayCut));
    this.newest = level(this.newest, 200, ({ message }) => message.role === 'toolResult');
    this.steps = level(this.steps, 200);
    if (this.over() > 0) this.newest = this.newest.map(withoutPictures);
    for (const floor of [200, 40, 5]) {
      this.newest = level(this.newest, floor);
      if (floor < 200 && this.over() > 0) this.opening.splice(0, Infinity, ...this.opening.map(withoutPictures));
      this.opening.splice(0, Infinity, ...level(this.opening, floor));
      this.steps = level(this.steps, floor);
      if (this.note) [this.note] = level([this.note], floor);
      if (this.summary) [this.summary] = level([this.summary], floor);
    }
  }

  private turn(): PromptMessage[] {
    return [...this.opening, ...(this.note ? [this.note] : []), ...this.steps, ...this.newest];
  }

  private over(): number {
    return this.size(this.result().messages) - this.room;
  }

  private size(messages: readonly PromptMessage[]): number {
    return this.gauge.messages(messages);
  }

  private summaryTokens(): number {
    return Math.max(20, Math.min(MOST_SUMMARY_TOKENS, Math.floor(this.room * SUMMARY_SHARE)));
  }

  private summed(
    folded: readonly PromptMessage[],
    earlier: PromptMessage | undefined,
    most: number,
    summary: NonNullable<PromptMessage['summary']>,
  ): PromptMessage | undefined {
    if (folded.length === 0) return earlier;
    const known = earlier && summaryIn(earlier);
    const text = cutToTokens(mechanicalSummary(folded, known, most), most, undefined, (part) => this.gauge.text(part));
    const origin = worstOrigin(originsOf([...folded, ...(earlier ? [earlier] : [])]));
    return summaryMessage(text, folded.at(-1)?.at ?? 0, origin, summary);
  }
}

/** Index from which on messages fit, at one that a piece may begin with; the end where nothing does. */
function startOfKept(
  messages: readonly PromptMessage[],
  room: number,
  gauge: TokenGauge,
  mayBegin: (message: PromptMessage['message']) => boolean,
): number {
  let used = 0;
  let start = messages.length;
  for (let index = messages.length - 1; index >= 0; index--) {
    const entry = messages[index] as PromptMessage;
    used += gauge.messages([entry]);
    if (used > room) break;
    if (mayBegin(entry.message)) start = index;
  }
  return start;
}

/** A result of a tool in short, without its pictures. */
function squeezed(entry: PromptMessage): PromptMessage {
  const { message } = entry;
  if (message.role !== 'toolResult') return entry;
  const bare = withoutPictures(entry);
  const isLong = message.content.some((part) => part.type === 'text' && part.text.length > SQUEEZED_CHARS);
  if (!isLong || bare.message.role !== 'toolResult') return bare;
  const content = bare.message.content.map((part) =>
    part.type === 'text' && part.text.length > SQUEEZED_CHARS
      ? {
          ...part,
          text: cutToTokens(part.text, SQUEEZED_CHARS / 4, { mark: leftOutNote('call the tool again to see it') }),
        }
      : part,
  );
  return { ...bare, message: { ...bare.message, content } };
}
