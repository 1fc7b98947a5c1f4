import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { ContentOrigin } from '../common/content-parts';
import { OpenclawError } from '../common/openclaw-error';
import { jsonSchemaOf, type JsonSchema } from '../common/validation/json-schema';
import { type AgentToolDeclaration, type AgentToolHandler, agentToolOf } from './agent-tool';
import { attributed } from './foreign-words';

export interface RegisteredTool {
  declaration: AgentToolDeclaration;
  owner: string;
  handler: AgentToolHandler;
  /** Schema of a tool that comes from outside; its parameters are checked there. */
  foreignSchema?: JsonSchema;
  /** Agents that have it; undefined: all. */
  agents?: ReadonlySet<string>;
  /** Further names under which policies know it, besides the groups of core tools. */
  groups?: readonly string[];
}

/** Whose words a tool's name, description and troubles are: who made it, or the gateway. */
export const speakerOf = ({ declaration, foreignSchema }: RegisteredTool): ContentOrigin =>
  foreignSchema ? declaration.origin : 'gateway';

export interface ToolSpec {
  name: string;
  description: string;
  inputSchema: JsonSchema;
}

/** Every tool of the assistant, collected from all providers at boot. */
@Injectable()
export class ToolRegistry {
  private readonly tools = new Map<string, RegisteredTool>();
  private readonly aliases = new Map<string, string>();
  private readonly ofPlugins = new Set<string>();
  private readonly specs = new Map<string, ToolSpec>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws OpenclawError TOOL_DUPLICATE naming both owners. */
  collect(): void {
    for (const wrapper of this.discovery.getProviders()) {
      const { metatype, instance } = wrapper;
      if (typeof metatype !== 'function' || !instance) continue;
      const declaration = agentToolOf(metatype);
      if (declaration) this.add(declaration, metatype.name, instance as AgentToolHandler);
    }
  }

  /** Adds a tool that came to light while running. A name that is taken stays with whom it belongs to. */
  addForeign(tool: RegisteredTool): boolean {
    const { name } = tool.declaration;
    const known = this.tools.get(name);
    if (known && known.owner !== tool.owner) return false;
    this.tools.set(name, tool);
    this.specs.delete(name);
    if (tool.groups) for (const known of [name, ...tool.groups]) this.ofPlugins.add(known);
    return true;
  }

  /** Removes all tools of an owner. */
  removeForeign(owner: string): void {
    for (const [name, tool] of this.tools) if (tool.owner === owner) this.tools.delete(name);
  }

  /** Plugins that bring tools, and the names of these. */
  pluginNames(): ReadonlySet<string> {
    return this.ofPlugins;
  }

  /** By canonical name or alias. */
  find(name: string): RegisteredTool | undefined {
    return this.tools.get(this.canonicalName(name));
  }

  canonicalName(name: string): string {
    const folded = name.trim().toLowerCase();
    return this.aliases.get(folded) ?? folded;
  }

  /** Sorted by name. */
  all(): RegisteredTool[] {
    return [...this.tools.values()].sort((a, b) => a.declaration.name.localeCompare(b.declaration.name));
  }

  /** Name, description and JSON Schema for a model; made once. */
  specOf(tool: RegisteredTool): ToolSpec {
    const { name, description, params } = tool.declaration;
    let spec = this.specs.get(name);
    if (!spec) {
      spec = tool.foreignSchema
        ? { name, description: attributed(tool.owner, description), inputSchema: tool.foreignSchema }
        : { name, description, inputSchema: jsonSchemaOf(params) };
      this.specs.set(name, spec);
    }
    return spec;
  }

  private add(declaration: AgentToolDeclaration, owner: string, handler: AgentToolHandler): void {
    for (const name of [declaration.name, ...(declaration.aliases ?? [])]) {
      const known = this.find(name);
      if (known && known.owner !== owner) {
        throw new OpenclawError('TOOL_DUPLICATE', `tool ${name} is declared by ${known.owner} and by ${owner}`);
      }
    }
    this.tools.set(declaration.name, { declaration, owner, handler });
    for (const alias of declaration.aliases ?? []) this.aliases.set(alias, declaration.name);
  }
}
