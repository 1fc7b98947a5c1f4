import type { OpenclawConfig } from '../../config/openclaw.config';
import { cutText, leftOutNote } from '../../common/cut-text';
import { durationMs } from '../../common/duration';
import type { ToolResultMessage } from '../../sessions/transcript-event';
import { type PromptMessage } from '../prompt/derive-prompt';
import type { TokenGauge } from '../prompt/token-gauge.service';

type PruningConfig = NonNullable<NonNullable<NonNullable<OpenclawConfig['agents']>['defaults']>['contextPruning']>;

export interface PruningRules {
  /** Only when the provider's cache of the prompt is gone anyway. */
  onlyAfterMs: number;
  keepLastAssistants: number;
  softTrimRatio: number;
  hardClearRatio: number;
  minPrunableChars: number;
  soft: { maxChars: number; headChars: number; tailChars: number };
  hard: { enabled: boolean; placeholder: string };
  mayPrune(tool: string): boolean;
}

const DEFAULT_TTL_MS = 5 * 60_000;
/** How long Anthropic keeps a prompt, and longer than a person usually pauses. */
const ANTHROPIC_TTL_MS = 60 * 60_000;

/** Rules of `contextPruning`; undefined: nothing is pruned. Anthropic's models prune after an hour by default. */
export function pruningRules(config: PruningConfig | undefined, isAnthropic: boolean): PruningRules | undefined {
  const mode = config?.mode ?? (isAnthropic ? 'cache-ttl' : 'off');
  if (mode === 'off') return undefined;
  const number = (source: Record<string, unknown> | undefined, key: string, standard: number): number =>
    typeof source?.[key] === 'number' ? source[key] : standard;
  const names = (key: string): string[] | undefined => {
    const value = config?.tools?.[key];
    return Array.isArray(value) ? value.map(String) : undefined;
  };
  const [allow, deny] = [names('allow'), names('deny')];
  return {
    onlyAfterMs: durationMs(config?.ttl, 'm') ?? (config?.mode === undefined ? ANTHROPIC_TTL_MS : DEFAULT_TTL_MS),
    keepLastAssistants: config?.keepLastAssistants ?? 3,
    softTrimRatio: config?.softTrimRatio ?? 0.3,
    hardClearRatio: config?.hardClearRatio ?? 0.5,
    minPrunableChars: config?.minPrunableToolChars ?? 50_000,
    soft: {
      maxChars: number(config?.softTrim, 'maxChars', 4000),
      headChars: number(config?.softTrim, 'headChars', 1500),
      tailChars: number(config?.softTrim, 'tailChars', 1500),
    },
    hard: {
      enabled: config?.hardClear?.['enabled'] !== false,
      placeholder:
        typeof config?.hardClear?.['placeholder'] === 'string'
          ? config.hardClear['placeholder']
          : '[old tool result left out]',
    },
    mayPrune: (tool) => !(deny ?? []).some(matcher(tool)) && (allow === undefined || allow.some(matcher(tool))),
  };
}

const matcher =
  (tool: string) =>
  (pattern: string): boolean =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i').test(tool);

/**
 * Shortens old tool results of a conversation as it goes to the model; the transcript keeps them whole. First their
 * middle goes, then, if that is not enough, all of them.
 * @param idleMs time since the last model call of the session
 */
export function pruneToolResults(
  messages: readonly PromptMessage[],
  rules: PruningRules | undefined,
  gauge: TokenGauge,
  idleMs: number,
): readonly PromptMessage[] {
  if (!rules || idleMs < rules.onlyAfterMs) return messages;
  const limit = (ratio: number): number => gauge.window * ratio;
  if (gauge.messages(messages) <= limit(rules.softTrimRatio)) return messages;
  const end = startOfKept(messages, rules.keepLastAssistants);
  const trimmed = mapOld(messages, end, rules, (text) => {
    const { maxChars, headChars, tailChars } = rules.soft;
    if (text.length <= maxChars) return text;
    const head = cutText(text, headChars, { mark: '' });
    const tail = cutText(text.slice(head.length), tailChars, { keep: 'end', mark: '' });
    return head + leftOutNote()(text.length - head.length - tail.length) + tail;
  });
  if (!rules.hard.enabled || gauge.messages(trimmed) <= limit(rules.hardClearRatio)) return trimmed;
  return prunableChars(trimmed, end, rules) < rules.minPrunableChars
    ? trimmed
    : mapOld(trimmed, end, rules, () => rules.hard.placeholder);
}

/** Index of the message from which on everything stays whole. */
function startOfKept(messages: readonly PromptMessage[], keep: number): number {
  let left = keep;
  for (let index = messages.length - 1; index >= 0; index--)
    if (messages[index]?.message.role === 'assistant' && --left <= 0) return index;
  return 0;
}

function mapOld(
  messages: readonly PromptMessage[],
  end: number,
  rules: PruningRules,
  change: (text: string) => string,
): PromptMessage[] {
  return messages.map((entry, index) => {
    const { message } = entry;
    if (index >= end || message.role !== 'toolResult' || !rules.mayPrune(message.toolName)) return entry;
    return { ...entry, message: withText(message, change) };
  });
}

function prunableChars(messages: readonly PromptMessage[], end: number, rules: PruningRules): number {
  return messages.slice(0, end).reduce((sum, { message }) => {
    if (message.role !== 'toolResult' || !rules.mayPrune(message.toolName)) return sum;
    return sum + message.content.reduce((chars, part) => chars + (part.type === 'text' ? part.text.length : 0), 0);
  }, 0);
}

/** Pictures stay: they can't be shortened. */
const withText = (message: ToolResultMessage, change: (text: string) => string): ToolResultMessage => ({
  ...message,
  content: message.content.map((part) => (part.type === 'text' ? { ...part, text: change(part.text) } : part)),
});
