import type { LanguageModelV3Message, LanguageModelV3Prompt, LanguageModelV3ToolResultPart } from '@ai-sdk/provider';
import type { Dialect } from './dialect';

type UserMessage = Extract<LanguageModelV3Message, { role: 'user' }>;
type AssistantMessage = Extract<LanguageModelV3Message, { role: 'assistant' }>;
type ToolMessage = Extract<LanguageModelV3Message, { role: 'tool' }>;
type Output = LanguageModelV3ToolResultPart['output'];

const OPENING = '[from the gateway] The conversation begins.';
const GO_ON = '[from the gateway] Go on.';
/** What an assistant says between a result and a person, where the target wants somebody to. */
const BRIDGE = 'I have the result.';
const NO_OUTPUT = '(no output)';

const isBlank = (text: string): boolean => text.trim() === '';
const said = (text: string): UserMessage => ({ role: 'user', content: [{ type: 'text', text }] });

/**
 * A conversation in the order that every provider takes: one system text before all, a person first and last (or the
 * results of tools), nobody twice in a row, and no text of blanks.
 */
export function fitTurns(prompt: LanguageModelV3Prompt, dialect: Dialect): LanguageModelV3Prompt {
  const system = prompt.filter((message) => message.role === 'system' && !isBlank(message.content));
  const [first] = system;
  const fitted: LanguageModelV3Message[] = [];
  for (const message of prompt) {
    if (message.role === 'system') continue;
    const whole = withoutBlanks(message);
    if (whole) add(fitted, whole, dialect);
  }
  if (fitted[0]?.role !== 'user') fitted.unshift(said(OPENING));
  if (fitted.at(-1)?.role === 'assistant') fitted.push(said(GO_ON));
  if (!first) return fitted;
  const text = system.map(({ content }) => content as string).join('\n\n');
  return [{ ...first, role: 'system', content: text }, ...fitted];
}

/** A message without its texts of blanks; undefined when nothing is left of it. */
function withoutBlanks(
  message: UserMessage | AssistantMessage | ToolMessage,
): UserMessage | AssistantMessage | ToolMessage | undefined {
  switch (message.role) {
    case 'tool':
      return { ...message, content: message.content.map((part) => withOutput(part)) };
    case 'user': {
      const content = message.content.filter((part) => part.type !== 'text' || !isBlank(part.text));
      return content.length > 0 ? { ...message, content } : undefined;
    }
    case 'assistant': {
      const content = message.content.filter((part) => part.type !== 'text' || !isBlank(part.text));
      // A thought alone is no answer, and is refused as one.
      return content.some((part) => part.type !== 'reasoning') ? { ...message, content } : undefined;
    }
  }
}

function withOutput(part: ToolMessage['content'][number]): ToolMessage['content'][number] {
  return part.type === 'tool-result' ? { ...part, output: filled(part.output) } : part;
}

/** A result is never empty: some providers refuse that, and no model can tell it from one that was lost. */
function filled(output: Output): Output {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return isBlank(output.value) ? { ...output, value: NO_OUTPUT } : output;
    case 'content': {
      // One text and the pictures: some formats make a result of each part.
      const text = textOf(output);
      const pictures = output.value.filter((part) => part.type !== 'text');
      if (pictures.length === 0) return { type: 'text', value: isBlank(text) ? NO_OUTPUT : text };
      return { ...output, value: [{ type: 'text', text: isBlank(text) ? '(pictures)' : text }, ...pictures] };
    }
    default:
      return output;
  }
}

function add(messages: LanguageModelV3Message[], message: LanguageModelV3Message, dialect: Dialect): void {
  const last = messages.at(-1);
  if (message.role === 'user' && last?.role === 'tool' && dialect.answersAfterResults)
    messages.push({ role: 'assistant', content: [{ type: 'text', text: BRIDGE }] });
  if (message.role === 'user' && last?.role === 'user')
    messages[messages.length - 1] = joined({ ...last, content: [...last.content, ...message.content] }, dialect);
  else if (message.role === 'assistant' && last?.role === 'assistant')
    messages[messages.length - 1] = { ...last, content: merged(last.content, message.content) };
  else messages.push(message.role === 'user' ? joined(message, dialect) : message);
}

/** Texts of two messages stand apart; some formats run the texts of one together. */
function merged(before: AssistantMessage['content'], after: AssistantMessage['content']): AssistantMessage['content'] {
  const last = before.findLastIndex((part) => part.type === 'text');
  if (!after.some((part) => part.type === 'text')) return [...before, ...after];
  return [
    ...before.map((part, index) =>
      index === last && part.type === 'text' ? { ...part, text: `${part.text}\n\n` } : part,
    ),
    ...after,
  ];
}

/** Texts of a message as one, before its pictures. */
function joined(message: UserMessage, { joinsTexts }: Dialect): UserMessage {
  if (!joinsTexts) return message;
  const texts = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const others = message.content.filter((part) => part.type !== 'text');
  if (texts.length < 2) return message;
  return { ...message, content: [{ type: 'text', text: texts.join('\n\n') }, ...others] };
}

/**
 * Calls and results told as text: what has no tools may hold no calls. For a request without tools, such as one of a
 * guest who has none.
 */
export function withoutCalls(prompt: LanguageModelV3Prompt): LanguageModelV3Prompt {
  return prompt.map((message): LanguageModelV3Message => {
    if (message.role === 'assistant') {
      return {
        ...message,
        content: message.content.flatMap((part) => {
          if (part.type === 'reasoning') return [];
          if (part.type !== 'tool-call') return [part];
          return [{ type: 'text' as const, text: `\n[called ${part.toolName} with ${JSON.stringify(part.input)}]` }];
        }),
      };
    }
    if (message.role !== 'tool') return message;
    return {
      role: 'user',
      content: message.content.flatMap((part) => {
        if (part.type !== 'tool-result') return [];
        return [
          { type: 'text' as const, text: `[result of ${part.toolName}]\n${textOf(part.output)}` },
          ...picturesOf(part.output),
        ];
      }),
    };
  });
}

function textOf(output: Output): string {
  if (output.type === 'text' || output.type === 'error-text') return output.value;
  if (output.type !== 'content') return '';
  return output.value.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

export function picturesOf(output: Output): UserMessage['content'] {
  if (output.type !== 'content') return [];
  return output.value.flatMap((part) =>
    part.type === 'image-data' ? [{ type: 'file' as const, data: part.data, mediaType: part.mediaType }] : [],
  );
}

/** Pictures of results as a message of their own behind them, for formats whose results are text. */
export function picturesAfterResults(prompt: LanguageModelV3Prompt): LanguageModelV3Prompt {
  return prompt.flatMap((message): LanguageModelV3Message[] => {
    if (message.role !== 'tool') return [message];
    const shown = message.content.flatMap((part): UserMessage['content'] => {
      const pictures = part.type === 'tool-result' ? picturesOf(part.output) : [];
      if (part.type !== 'tool-result' || pictures.length === 0) return [];
      return [{ type: 'text', text: `[from the gateway] What ${part.toolName} shows:` }, ...pictures];
    });
    if (shown.length === 0) return [message];
    const results = message.content.map((part) =>
      part.type === 'tool-result' && part.output.type === 'content'
        ? { ...part, output: { type: 'text' as const, value: textOf(part.output) || 'It is shown below.' } }
        : part,
    );
    return [
      { ...message, content: results },
      { role: 'user', content: shown },
    ];
  });
}
