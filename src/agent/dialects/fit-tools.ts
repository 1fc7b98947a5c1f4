import type {
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3ToolChoice,
} from '@ai-sdk/provider';
import { cutText } from '../../common/cut-text';
import { isPlainObject, valueAt } from '../../common/plain-object';
import type { Dialect } from './dialect';
import { type FittedSchema, fitSchema } from './fit-schema';
import { NameMap } from './names';
import { deepWellFormed } from './well-formed';

/** Levels down to which a schema is looked at; one that goes on for ever is refused by whatever reads it. */
const MOST_LEVELS = 64;
/** Characters of a schema as JSON: more than any tool has a use for. */
const MOST_CHARACTERS = 100_000;

export interface SetAside {
  tool: string;
  reason: string;
}

/** A call as the model made it, with the names that our tools go by. */
export interface MeantCall {
  name: string;
  args: Record<string, unknown>;
}

/** The tools of one request as its target takes them, and the way back. */
export class FittedTools {
  readonly specs: LanguageModelV3FunctionTool[] = [];
  readonly setAside: SetAside[] = [];
  private readonly names: NameMap;
  private readonly renamed = new Map<string, ReadonlyMap<string, string>>();

  constructor(tools: readonly LanguageModelV3FunctionTool[], prompt: LanguageModelV3Prompt, dialect: Dialect) {
    this.names = new NameMap(dialect.toolNames, [...tools.map(({ name }) => name), ...namesIn(prompt)]);
    const seen = new Set<string>();
    for (const tool of tools) {
      const reason = seen.has(tool.name) ? 'another tool has its name' : this.add(tool, dialect);
      seen.add(tool.name);
      if (reason !== undefined) this.setAside.push({ tool: tool.name, reason });
    }
  }

  /** The tool that has to be called, by the name that it is sent under. */
  chosen(choice: LanguageModelV3ToolChoice): LanguageModelV3ToolChoice {
    return choice.type === 'tool' ? { type: 'tool', toolName: this.names.of(choice.toolName) } : choice;
  }

  /** Whether a call under this name means a tool that was sent. */
  isOffered(name: string): boolean {
    return this.specs.some((spec) => spec.name === this.names.sentFor(name));
  }

  /** Whether a parameter of a tool that was sent is a text. */
  isText(name: string, parameter: string): boolean {
    const spec = this.specs.find((each) => each.name === this.names.sentFor(name));
    return valueAt(spec?.inputSchema, ['properties', parameter, 'type']) === 'string';
  }

  /** The conversation with the names of tools as they are sent. */
  named(prompt: LanguageModelV3Prompt): LanguageModelV3Prompt {
    return prompt.map((message): LanguageModelV3Message => {
      if (message.role === 'assistant') {
        return {
          ...message,
          content: message.content.map((part) =>
            part.type === 'tool-call' ? { ...part, toolName: this.names.of(part.toolName) } : part,
          ),
        };
      }
      if (message.role !== 'tool') return message;
      return {
        ...message,
        content: message.content.map((part) =>
          part.type === 'tool-result' ? { ...part, toolName: this.names.of(part.toolName) } : part,
        ),
      };
    });
  }

  /** What a call that came back means. */
  meant(name: string, args: Record<string, unknown>): MeantCall {
    const meant = this.names.meaning(name);
    const renamed = this.renamed.get(meant);
    return { name: meant, args: renamed ? (withNames(args, renamed) as Record<string, unknown>) : args };
  }

  /** @returns why it can't be offered */
  private add(tool: LanguageModelV3FunctionTool, dialect: Dialect): string | undefined {
    const { schemas } = dialect;
    if (this.specs.length >= schemas.tools) return `at most ${schemas.tools} tools go to this model`;
    const fit = fittedOnce(tool.inputSchema, dialect);
    if (typeof fit === 'string') return fit;
    const { schema, renamed } = fit;
    if (renamed.size > 0) this.renamed.set(tool.name, renamed);
    this.specs.push({
      ...tool,
      name: this.names.of(tool.name),
      description: cutText(tool.description ?? '', schemas.descriptionLength),
      inputSchema: schema,
    });
    return undefined;
  }
}

/** Schemas don't change; each is fitted once for each set of rules. What can't be offered has the reason instead. */
const fitted = new WeakMap<object, Map<unknown, FittedSchema | string>>();
const namesOfRules = new WeakMap<Dialect['schemas'], string>();

function fittedOnce(source: unknown, { schemas }: Dialect): FittedSchema | string {
  const key = isPlainObject(source) ? source : {};
  let byRules = fitted.get(key);
  if (!byRules) fitted.set(key, (byRules = new Map()));
  let rules = namesOfRules.get(schemas);
  if (rules === undefined) namesOfRules.set(schemas, (rules = JSON.stringify(schemas)));
  let result = byRules.get(rules);
  if (result === undefined) {
    result = fittedSchema(key, schemas);
    byRules.set(rules, result);
  }
  return result;
}

function fittedSchema(source: object, rules: Dialect['schemas']): FittedSchema | string {
  if (!isShallow(source, MOST_LEVELS)) return `its schema has more than ${MOST_LEVELS} levels`;
  const result = fitSchema(deepWellFormed(source as Record<string, unknown>), rules);
  const { length } = JSON.stringify(result.schema);
  return length > MOST_CHARACTERS ? `its schema has ${length} characters, at most ${MOST_CHARACTERS} go` : result;
}

function* namesIn(prompt: LanguageModelV3Prompt): Generator<string> {
  for (const message of prompt) {
    if (message.role !== 'assistant') continue;
    for (const part of message.content) if (part.type === 'tool-call') yield part.toolName;
  }
}

/** Also true of what points back at itself: that has no end. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((entry) => isShallow(entry, levels - 1));
}

function withNames(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => withNames(entry, renamed));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [renamed.get(key) ?? key, withNames(entry, renamed)]),
  );
}
