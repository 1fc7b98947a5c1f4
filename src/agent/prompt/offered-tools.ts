import type { LanguageModelV3FunctionTool } from '@ai-sdk/provider';
import type { ContentOrigin } from '../../common/content-parts';
import { FIND_TOOLS } from '../../tools/catalog/find-tools.tool';
import type { PromptMessage } from './derive-prompt';
import type { RareTool } from './system-prompt';

export interface OfferableTool {
  spec: LanguageModelV3FunctionTool;
  /** In these words the model is told of it while it is not offered; undefined: always offered. */
  rare?: string;
  /** Who made it, where that is somebody else. */
  maker?: string;
  companions: readonly string[];
  /** Whose words its name, description and schema are. */
  origin: ContentOrigin;
}

/** Which tools go with a request: the common ones, and of the rare ones those that the conversation has asked for. */
export class OfferedTools {
  private readonly loaded = new Set<string>();
  private seen = 0;

  constructor(private readonly tools: readonly OfferableTool[]) {}

  /** Rare tools as the system prompt lists them. */
  static rareOf(tools: readonly OfferableTool[]): RareTool[] {
    return tools.flatMap(({ spec: { name }, rare, maker }) =>
      rare === undefined ? [] : [{ name, words: rare, ...(maker === undefined ? {} : { maker }) }],
    );
  }

  /** @param messages the whole conversation; a later call gets the same one, longer */
  after(messages: readonly PromptMessage[]): LanguageModelV3FunctionTool[] {
    for (; this.seen < messages.length; this.seen++) {
      const message = messages[this.seen]?.message;
      if (message?.role === 'assistant') {
        for (const part of message.content) if (part.type === 'toolCall') this.load(part.name);
      } else if (message?.role === 'toolResult' && message.toolName === FIND_TOOLS) {
        const names = message.details?.['tools'];
        if (Array.isArray(names)) for (const name of names) this.load(String(name));
      }
    }
    return this.offered().map(({ spec }) => spec);
  }

  /** Whose words stand in what is offered by now. */
  origins(): ContentOrigin[] {
    return this.offered().map(({ origin }) => origin);
  }

  /** The conversation has another beginning now; what was asked for stays. */
  restart(): void {
    this.seen = 0;
  }

  /** For models that pay nothing for what they read. */
  all(): LanguageModelV3FunctionTool[] {
    return this.tools.map(({ spec }) => spec);
  }

  private offered(): OfferableTool[] {
    return this.tools.filter(({ spec, rare }) => rare === undefined || this.loaded.has(spec.name));
  }

  private load(name: string): void {
    this.loaded.add(name);
    for (const companion of this.tools.find(({ spec }) => spec.name === name)?.companions ?? [])
      this.loaded.add(companion);
  }
}
