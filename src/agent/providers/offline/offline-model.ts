import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3GenerateResult,
  LanguageModelV3Prompt,
  LanguageModelV3StreamPart,
  LanguageModelV3StreamResult,
  LanguageModelV3Usage,
} from '@ai-sdk/provider';
import { textOfReminder } from '../../../common/reminder-text';
import { OFFLINE_MODEL, OFFLINE_PROVIDER } from '../model-catalog';
import { type OfflineStep, type ToolAnswer, nextOfflineStep } from './offline-reply';

const NO_USAGE: LanguageModelV3Usage = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/**
 * A deterministic stand-in for a language model. It goes through the same turn loop, journal and tools as a real one,
 * so that everything can be tried before a model is connected.
 */
export class OfflineModel implements LanguageModelV3 {
  readonly specificationVersion = 'v3';
  readonly provider = OFFLINE_PROVIDER;
  readonly modelId = OFFLINE_MODEL;
  readonly supportedUrls = {};

  constructor(private readonly now: () => number = Date.now) {}

  doStream(options: LanguageModelV3CallOptions): Promise<LanguageModelV3StreamResult> {
    const parts = streamParts(this.step(options));
    const stream = new ReadableStream<LanguageModelV3StreamPart>({
      start(controller) {
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });
    return Promise.resolve({ stream });
  }

  doGenerate(options: LanguageModelV3CallOptions): Promise<LanguageModelV3GenerateResult> {
    const step = this.step(options);
    const content: LanguageModelV3GenerateResult['content'] =
      'text' in step
        ? [{ type: 'text', text: step.text }]
        : [
            {
              type: 'tool-call',
              toolCallId: callId(options.prompt),
              toolName: step.call.name,
              input: JSON.stringify(step.call.input),
            },
          ];
    const unified = 'text' in step ? 'stop' : 'tool-calls';
    return Promise.resolve({ content, finishReason: { unified, raw: unified }, usage: NO_USAGE, warnings: [] });
  }

  private step(options: LanguageModelV3CallOptions): OfflineStep & { id: string } {
    const { request, answers } = lastTurn(options.prompt);
    const tools = new Set((options.tools ?? []).map((tool) => tool.name));
    return { ...nextOfflineStep({ request, answers, tools, now: this.now() }), id: callId(options.prompt) };
  }
}

/** The person's last message and what the tools answered since. */
function lastTurn(prompt: LanguageModelV3Prompt): { request: string; answers: ToolAnswer[] } {
  const start = prompt.findLastIndex((message) => message.role === 'user');
  const user = prompt[start];
  const request =
    user?.role === 'user' ? user.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n') : '';
  const answers: ToolAnswer[] = [];
  for (const message of prompt.slice(start + 1)) {
    if (message.role !== 'tool') continue;
    for (const part of message.content) {
      if (part.type !== 'tool-result') continue;
      const { output } = part;
      const isError = output.type === 'error-text' || output.type === 'error-json';
      const text =
        output.type === 'text' || output.type === 'error-text'
          ? output.value
          : output.type === 'content'
            ? output.value.map((entry) => (entry.type === 'text' ? entry.text : '')).join('')
            : '';
      answers.push({ name: part.toolName, text, isError });
    }
  }
  return { request: textOfReminder(request) === undefined ? withoutEnvelope(request) : request, answers };
}

/** Channel and time stamps in square brackets at the start are for language models. */
const withoutEnvelope = (text: string): string => text.replace(/^\[[^\]\n]*\]\s*/, '');

const callId = (prompt: LanguageModelV3Prompt): string => `offline_${prompt.length}`;

function streamParts(step: OfflineStep & { id: string }): LanguageModelV3StreamPart[] {
  const start: LanguageModelV3StreamPart = { type: 'stream-start', warnings: [] };
  if ('call' in step) {
    return [
      start,
      { type: 'tool-call', toolCallId: step.id, toolName: step.call.name, input: JSON.stringify(step.call.input) },
      { type: 'finish', usage: NO_USAGE, finishReason: { unified: 'tool-calls', raw: 'tool-calls' } },
    ];
  }
  const words = step.text.match(/\S+\s*|\s+/g) ?? [];
  return [
    start,
    { type: 'text-start', id: '1' },
    ...words.map((delta): LanguageModelV3StreamPart => ({ type: 'text-delta', id: '1', delta })),
    { type: 'text-end', id: '1' },
    { type: 'finish', usage: NO_USAGE, finishReason: { unified: 'stop', raw: 'stop' } },
  ];
}
