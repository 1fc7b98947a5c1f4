import { Injectable } from '@nestjs/common';
import type { TextPart } from '../../common/content-parts';
import { Doc, Opt, StrList, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult } from '../agent-tool';
import { SkillAccess } from '../exec/skill-access';
import { ToolPolicyService } from '../policy/tool-policy.service';
import { type RegisteredTool, speakerOf } from '../tool-registry.service';
import { Leaves } from '../provenance/sinks';

export const FIND_TOOLS = 'find_tools';
const MOST = 6;

@Leaves<FindToolsParams>({ query: 'none', names: 'none' })
export class FindToolsParams {
  @Opt() @Text({ max: 500 }) @Doc('What you want to do, in a few words.') query?: string;
  @Opt() @StrList({ max: MOST }) @Doc('Names of tools, where you know them.') names?: string[];
}

/** Hands seldom needed tools out on demand, so that their schemas are not part of every request. */
@Injectable()
@AgentTool({
  name: FIND_TOOLS,
  description:
    'Make further tools available, by name or by what you want to do. They can be called from the next step on. Finds skills too.',
  params: FindToolsParams,
  idempotent: true,
  whilePlanning: true,
  core: false,
  origin: 'gateway',
})
export class FindToolsTool {
  constructor(
    private readonly policy: ToolPolicyService,
    private readonly skills: SkillAccess,
  ) {}

  async execute({ query, names = [] }: FindToolsParams, context: ToolContext): Promise<ToolResult> {
    if (query === undefined && names.length === 0)
      throw new ToolError('invalid_args', 'give query or names: what do you want to do?');
    const usable = this.policy
      .allowedTools(context.subject)
      .filter((tool) => tool.handler.unavailableReason?.() === undefined && tool.declaration.name !== FIND_TOOLS);
    const wanted = new Set(names.map((name) => name.trim().toLowerCase()));
    const named = usable.filter(({ declaration }) =>
      [declaration.name, ...(declaration.aliases ?? [])].some((name) => wanted.has(name)),
    );
    const found = named.length > 0 ? named : bestMatches(usable, [query ?? '', ...names].join(' '));
    const missing = [...wanted].filter((name) => !usable.some((tool) => tool.declaration.name === name));
    const lines = found.map((tool): TextPart => ({
      type: 'text',
      text: `${tool.declaration.name}: ${tool.declaration.description}`,
      origin: speakerOf(tool),
    }));
    const reasons = missing.map((name) => this.whyNot(name, context));
    return Promise.resolve({
      content: [
        ...(lines.length > 0 ? [said('Available from now on:'), ...lines] : missed(usable)),
        ...this.skillLines([query ?? '', ...names].join(' '), context),
        ...reasons,
      ],
      details: { tools: found.map(({ declaration }) => declaration.name) },
    });
  }

  /** Skills that fit a wish: their instructions are files to read. */
  private skillLines(wish: string, { subject }: ToolContext): TextPart[] {
    const words = wordsOf(wish);
    const fitting = this.skills
      .hintsFor(subject)
      .map((hint) => ({ hint, score: scoreOf(words, hint.name, hint.description) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST)
      .map(({ hint }): TextPart => ({
        type: 'text',
        text: `${hint.name}: ${hint.description} (read ${hint.location})`,
        origin: hint.origin,
      }));
    return fitting.length > 0 ? [said('Skills:'), ...fitting] : [];
  }

  private whyNot(name: string, context: ToolContext): TextPart {
    const standing = this.policy.explain(context.subject).find((tool) => tool.name === name);
    if (!standing) return said(`There is no tool "${name}".`);
    if (!standing.allowed) return said(`${name} is not allowed: ${standing.reason ?? 'policy'}.`);
    const text = `${name} is not available: ${standing.unavailable ?? 'unknown reason'}.`;
    return { type: 'text', text, origin: standing.speaker };
  }
}

/** Words of another language than the descriptions' find nothing: whoever reads the names knows which fits. */
function missed(usable: readonly RegisteredTool[]): TextPart[] {
  const named = usable.map((tool): TextPart => ({
    type: 'text',
    text: `- ${tool.declaration.name}${tool.declaration.rare === undefined ? '' : `: ${tool.declaration.rare}`}`,
    origin: speakerOf(tool),
  }));
  return [said('Nothing found by these words. Ask again with names of these, where one fits:'), ...named];
}

const said = (text: string): TextPart => ({ type: 'text', text, origin: 'gateway' });

/** Tools whose name, words or description share most words with a wish. */
function bestMatches(tools: readonly RegisteredTool[], wish: string): RegisteredTool[] {
  const words = wordsOf(wish);
  const scored = tools.map((tool) => {
    const { name, description, rare = '' } = tool.declaration;
    return { tool, score: scoreOf(words, `${name} ${rare}`, description) };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ tool }) => tool);
}

/** Words found in the name count more than those in the description. */
function scoreOf(words: readonly string[], name: string, description: string): number {
  const [strong, weak] = [wordsOf(name), wordsOf(description)];
  return words.reduce((sum, word) => sum + (has(strong, word) ? 3 : has(weak, word) ? 1 : 0), 0);
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2);

/** Also for other endings of the same word. */
const has = (words: readonly string[], wanted: string): boolean =>
  words.some((word) => word === wanted || (wanted.length > 3 && word.startsWith(wanted.slice(0, -1))));
