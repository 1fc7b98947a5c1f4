import type { LanguageModelV3FunctionTool, LanguageModelV3Prompt } from '@ai-sdk/provider';
import fc from 'fast-check';
import { fitToWindow } from '../../src/agent/context/fit-to-window';
import { type PromptMessage, derivePrompt } from '../../src/agent/prompt/derive-prompt';
import { gaugeOf } from '../../src/agent/prompt/token-gauge.service';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import type { ModelApi } from '../../src/agent/providers/models.config';
import { openModel } from '../../src/agent/providers/open-model';
import { callModel } from '../../src/agent/runtime/call-model';
import { reasoningOptions } from '../../src/agent/runtime/model-step.service';
import type { ModelFormat } from '../fakes/model-formats/model-format';
import type { StrictName } from '../fakes/model-formats/strict/providers';
import { FakeModels } from '../fakes/model-server';
import { pictures, transcript } from '../harness/transcripts';

interface Target {
  provider: string;
  model: string;
  api: ModelApi & ModelFormat;
  as: StrictName;
  thinking?: string;
}

const TARGETS: Target[] = [
  { provider: 'anthropic', model: 'claude-sonnet-4-5', api: 'anthropic-messages', as: 'anthropic' },
  { provider: 'anthropic', model: 'claude-sonnet-4-5', api: 'anthropic-messages', as: 'anthropic', thinking: 'low' },
  { provider: 'anthropic', model: 'claude-opus-4-5', api: 'anthropic-messages', as: 'anthropic', thinking: 'low' },
  { provider: 'openai', model: 'gpt-4.1', api: 'openai-completions', as: 'openai-chat' },
  { provider: 'openai', model: 'gpt-4.1', api: 'openai-responses', as: 'openai-responses' },
  { provider: 'openai', model: 'gpt-5.2', api: 'openai-responses', as: 'openai-responses', thinking: 'low' },
  { provider: 'google', model: 'gemini-2.5-pro', api: 'google-generative-ai', as: 'gemini' },
  { provider: 'google', model: 'gemini-3-pro-preview', api: 'google-generative-ai', as: 'gemini', thinking: 'low' },
  { provider: 'mistral', model: 'mistral-large-latest', api: 'openai-completions', as: 'mistral' },
  { provider: 'deepseek', model: 'deepseek-reasoner', api: 'openai-completions', as: 'deepseek' },
  { provider: 'deepseek', model: 'deepseek-chat', api: 'openai-completions', as: 'deepseek' },
  { provider: 'ollama', model: 'llama3.3:70b', api: 'openai-completions', as: 'ollama' },
  { provider: 'groq', model: 'moonshotai/kimi-k2-instruct', api: 'openai-completions', as: 'groq' },
  { provider: 'xai', model: 'grok-4', api: 'openai-completions', as: 'xai' },
  { provider: 'openrouter', model: 'mistralai/devstral-small-2507', api: 'openai-completions', as: 'openrouter' },
  { provider: 'openrouter', model: 'anthropic/claude-sonnet-4.5', api: 'openai-completions', as: 'openrouter' },
  { provider: 'openrouter', model: 'moonshotai/kimi-k2.5', api: 'openai-completions', as: 'openrouter' },
  { provider: 'openrouter', model: 'google/gemini-3-pro', api: 'openai-completions', as: 'openrouter' },
];
const SHOWN = TARGETS.map((target): [string, Target] => [
  `${target.as}: ${target.model}${target.thinking ? ', thinking' : ''}`,
  target,
]);

const TOOL: LanguageModelV3FunctionTool = {
  type: 'function',
  name: 'read',
  description: 'Reads a file',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};
const RUNS = 60;
const FITTED_RUNS = 30;

describe('any conversation, with another model at any point', () => {
  let models: FakeModels;
  let shown: Record<string, string>;
  beforeAll(async () => {
    models = await FakeModels.start();
    shown = await pictures();
  });
  afterAll(() => models.stop());

  const infoOf = ({ provider, model, api, as }: Target): ModelInfo => ({
    provider,
    id: model,
    name: model,
    api,
    baseUrl: String(models.provider(api, model, {}, as)['baseUrl']),
    apiKey: 'test-key',
    headers: {},
    contextWindow: 200_000,
    maxTokens: 4096,
    reasoning: true,
    input: provider === 'deepseek' ? ['text'] : ['text', 'image'],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  });
  const makers = (): ModelInfo[] => [
    ...TARGETS.map(infoOf),
    { ...infoOf(TARGETS[0] as Target), provider: 'unknown', id: 'of-an-import', api: 'openai-completions' },
  ];
  const promptOf = (messages: readonly PromptMessage[], target: Target): LanguageModelV3Prompt => [
    { role: 'system', content: 'Be brief. \ud83d' },
    ...derivePrompt(messages, { acceptsImages: infoOf(target).input.includes('image') }),
  ];
  /** What the provider refuses of it; undefined when it answers. */
  const refusalOf = async (
    target: Target,
    prompt: LanguageModelV3Prompt,
    tools: LanguageModelV3FunctionTool[],
  ): Promise<string | undefined> => {
    const info = infoOf(target);
    models.refusals.length = 0;
    try {
      await callModel(
        await openModel(info),
        info,
        {
          prompt,
          tools,
          toolChoice: { type: 'auto' },
          maxOutputTokens: 4096,
          abortSignal: new AbortController().signal,
          ...reasoningOptions(info, target.thinking),
        },
        { text: () => undefined, thinking: () => undefined },
      );
      return undefined;
    } catch (error) {
      return models.refusals[0] ?? String(error);
    }
  };

  it.each(SHOWN)(`is taken by %s (${RUNS} conversations)`, async (_, target) => {
    await fc.assert(
      fc.asyncProperty(transcript(makers(), shown), fc.boolean(), async (messages, hasTools) => {
        expect(await refusalOf(target, promptOf(messages, target), hasTools ? [TOOL] : [])).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 20_261_128 },
    );
  });

  it.each(SHOWN)(
    `is taken by %s where it had to be made to fit (${FITTED_RUNS} conversations)`,
    async (_, target) => {
      const gauge = gaugeOf(infoOf(target));
      const any = fc.tuple(
        transcript(makers(), shown),
        fc.nat({ max: 9 }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
      );
      await fc.assert(
        fc.asyncProperty(any, async ([messages, place, share]) => {
          const opening = Math.min(place, messages.length);
          const room = Math.max(40, Math.floor(gauge.messages(messages) * share));
          const fitted = fitToWindow(messages, opening, room, gauge);
          expect(await refusalOf(target, promptOf(fitted.messages, target), [TOOL])).toBeUndefined();
        }),
        { numRuns: FITTED_RUNS, seed: 20_261_129 },
      );
    },
    120_000,
  );

  it.each(SHOWN)('would be refused by %s as it is', async (_, target) => {
    const info = infoOf(target);
    const model = await openModel(info);
    const bad: LanguageModelV3Prompt = [
      { role: 'user', content: [{ type: 'text', text: 'go' }] },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'one', toolName: 'read', input: {} }],
      },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    ];
    await expect(model.doStream({ prompt: bad, tools: [TOOL] })).rejects.toMatchObject({ statusCode: 400 });
  });
});
