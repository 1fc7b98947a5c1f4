import type { LanguageModelV3CallOptions, LanguageModelV3Prompt, SharedV3ProviderOptions } from '@ai-sdk/provider';
import { withCacheMarks } from '../prompt/cache-marks';
import type { ModelInfo } from '../providers/model-info';
import { fitCallIds } from './call-ids';
import { type Dialect, dialectOf } from './dialect';
import { fitPictures } from './fit-pictures';
import { fitThoughts, mustNotThink, withoutThoughts } from './fit-thoughts';
import { FittedTools } from './fit-tools';
import { fitTurns, picturesAfterResults, withoutCalls } from './fit-turns';
import { deepWellFormed } from './well-formed';

export interface FittedRequest<Options extends LanguageModelV3CallOptions> {
  options: Options;
  /** What came back means, and what was not sent. */
  tools: FittedTools;
}

/**
 * The last step before a provider: any conversation with any tools becomes a request that this target takes. Every call of
 * a model goes through here, so nothing above needs to know what providers refuse.
 */
export async function fitRequest<Options extends LanguageModelV3CallOptions>(
  options: Options,
  info: ModelInfo,
): Promise<FittedRequest<Options>> {
  const dialect = dialectOf(info);
  const offered = (options.tools ?? []).flatMap((tool) => (tool.type === 'function' ? [deepWellFormedTool(tool)] : []));
  if (info.api === 'offline') return { options, tools: new FittedTools([], [], dialect) };
  const source = deepWellFormed(options.prompt);
  const tools = new FittedTools(offered, source, dialect);
  const hasTools = tools.specs.length > 0;
  let prompt = tools.named(fitThoughts(source, info, dialect));
  if (!hasTools) prompt = withoutCalls(prompt);
  if (!dialect.pictures.inResults) prompt = picturesAfterResults(prompt);
  prompt = fitTurns(await fitPictures(prompt, dialect.pictures), dialect);
  prompt = fitCallIds(prompt, dialect.callIds);
  const { tools: _, toolChoice, ...others } = options;
  const fitted = { ...others, ...fitOptions(prompt, others.providerOptions, info, dialect) };
  return {
    options: {
      ...fitted,
      prompt: withCacheMarks(fitted.prompt, info),
      ...(hasTools ? { tools: tools.specs, ...(toolChoice ? { toolChoice: tools.chosen(toolChoice) } : {}) } : {}),
    } as Options,
    tools,
  };
}

/** A schema is fitted once and kept, so it stays the object that it is until then. */
function deepWellFormedTool<Tool extends { name: string; inputSchema: unknown }>(tool: Tool): Tool {
  const { inputSchema, ...others } = tool;
  return { ...deepWellFormed(others), inputSchema } as Tool;
}

interface RequestParts {
  prompt: LanguageModelV3Prompt;
  providerOptions?: SharedV3ProviderOptions;
}

function fitOptions(
  prompt: LanguageModelV3Prompt,
  providerOptions: SharedV3ProviderOptions | undefined,
  info: ModelInfo,
  dialect: Dialect,
): RequestParts {
  if (info.api === 'openai-responses') {
    // What is stored there would be pointed at, and is gone with the key or after a month.
    const openai = { ...providerOptions?.['openai'], store: false };
    return { prompt, providerOptions: { ...providerOptions, openai } };
  }
  if (dialect.thoughts !== 'signed') return { prompt, ...(providerOptions ? { providerOptions } : {}) };
  const { thinking, ...anthropic } = providerOptions?.['anthropic'] ?? {};
  if (thinking === undefined)
    return { prompt: withoutThoughts(prompt), ...(providerOptions ? { providerOptions } : {}) };
  if (!mustNotThink(prompt)) return { prompt, ...(providerOptions ? { providerOptions } : {}) };
  return { prompt: withoutThoughts(prompt), providerOptions: { ...providerOptions, anthropic } };
}
