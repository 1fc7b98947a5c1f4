import type { LanguageModelV3ToolChoice } from '@ai-sdk/provider';
import type { ProgramRequest, Sampling } from '../../inbox/program-request';
import type { OfferableTool } from '../prompt/offered-tools';

/** Names of the functions that a program runs itself. */
export const functionNames = (program: ProgramRequest | undefined): ReadonlySet<string> =>
  new Set((program?.functions ?? []).map(({ name }) => name));

/**
 * Tools of a turn with the functions of the program that it answers. One that is called like a tool stands in its place;
 * where one of them has to be called, nothing else is offered.
 */
export function withFunctions(
  tools: readonly OfferableTool[],
  program: ProgramRequest | undefined,
): readonly OfferableTool[] {
  if (!program?.functions?.length) return tools;
  const names = functionNames(program);
  const functions = program.functions.map(({ name, description, parameters }): OfferableTool => ({
    spec: { type: 'function', name, inputSchema: parameters, ...(description ? { description } : {}) },
    companions: [],
    // Who may give orders in a message may word what its functions are for.
    origin: 'owner',
  }));
  if (mustCall(program)) return functions;
  return [...tools.filter(({ spec }) => !names.has(spec.name)), ...functions];
}

const mustCall = ({ choice = 'auto' }: ProgramRequest): boolean => choice !== 'auto';

/** What a program wants of each call of the model. */
export function callWishes(program: ProgramRequest | undefined): {
  toolChoice?: LanguageModelV3ToolChoice;
  maxOutputTokens?: number;
  sampling?: Omit<Sampling, 'maxOutputTokens'>;
} {
  if (!program) return {};
  const { choice, sampling } = program;
  const { maxOutputTokens, ...others } = sampling ?? {};
  const toolChoice: LanguageModelV3ToolChoice | undefined =
    choice === 'required' ? { type: 'required' } : typeof choice === 'object' ? namedChoice(choice) : undefined;
  return {
    ...(toolChoice ? { toolChoice } : {}),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(Object.keys(others).length === 0 ? {} : { sampling: others }),
  };
}

const namedChoice = ({ name }: { name: string }): LanguageModelV3ToolChoice => ({ type: 'tool', toolName: name });
