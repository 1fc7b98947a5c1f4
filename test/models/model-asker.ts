import { derivePrompt } from '../../src/agent/prompt/derive-prompt';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import type { ModelApi } from '../../src/agent/providers/models.config';
import { openModel } from '../../src/agent/providers/open-model';
import { type ModelCallError, callModel } from '../../src/agent/runtime/call-model';
import type { ModelOutput } from '../../src/agent/runtime/output-collector';
import type { AssistantPart } from '../../src/sessions/transcript-event';
import type { ModelAnswer, ModelFormat } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';

const TOOL = {
  type: 'function' as const,
  name: 'read',
  description: 'Reads a file',
  inputSchema: { type: 'object' as const, properties: { path: { type: 'string' as const } } },
};

/** What has reached whoever listens to the answer. */
export interface Said {
  text: string;
  thoughts: string;
  retractions: number;
}

/** Asks a fake model server once, as a turn does. */
export class ModelAsker {
  said: Said = { text: '', thoughts: '', retractions: 0 };

  private constructor(readonly models: FakeModels) {}

  static async start(): Promise<ModelAsker> {
    return new ModelAsker(await FakeModels.start());
  }

  stop(): Promise<void> {
    return this.models.stop();
  }

  forget(): void {
    this.models.requests.length = 0;
    this.said = { text: '', thoughts: '', retractions: 0 };
  }

  infoOf(api: ModelApi & ModelFormat, provider = 'fake', id = 'fake-1'): ModelInfo {
    return {
      provider,
      id,
      name: id,
      api,
      baseUrl: String(this.models.provider(api)['baseUrl']),
      apiKey: 'k',
      headers: {},
      contextWindow: 200_000,
      maxTokens: 4096,
      reasoning: false,
      input: ['text'],
      cost: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 },
    };
  }

  async ask(
    answer: ModelAnswer,
    info = this.infoOf('openai-completions'),
    messages: Parameters<typeof derivePrompt>[0] = [],
  ): Promise<ModelOutput> {
    this.models.answer = () => answer;
    const { said } = this;
    return callModel(
      await openModel(info),
      info,
      {
        prompt: [
          ...derivePrompt(messages, { acceptsImages: false }),
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
        tools: [TOOL],
        maxOutputTokens: 4096,
        abortSignal: new AbortController().signal,
      },
      {
        text: (delta) => (said.text += delta),
        thinking: (delta) => (said.thoughts += delta),
        retract: () => {
          said.retractions++;
          said.text = '';
        },
      },
    );
  }

  failure(answer: ModelAnswer, info?: ModelInfo): Promise<ModelCallError> {
    return this.ask(answer, info).then(
      () => Promise.reject(new Error('it was taken')),
      (error: unknown) => error as ModelCallError,
    );
  }
}

/** Events of OpenAI's older format. */
export const events = (chunks: readonly unknown[], end = 'data: [DONE]\n\n'): ModelAnswer => ({
  steps: [],
  raw: {
    type: 'text/event-stream',
    text: chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('') + end,
  },
});

export const chunk = (delta: unknown, finish: string | null = null): unknown => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

export const textOf = ({ content }: ModelOutput): string =>
  content.map((part) => (part.type === 'text' ? part.text : '')).join('');

export const callsIn = ({ content }: ModelOutput): AssistantPart[] =>
  content.filter((part) => part.type === 'toolCall');
