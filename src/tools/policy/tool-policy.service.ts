import { Injectable } from '@nestjs/common';
import { findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { type RegisteredTool, ToolRegistry } from '../tool-registry.service';
import { type PolicyVerdict, evaluatePolicy } from './evaluate-policy';

export interface PolicySubject {
  agentId: string;
  /** Model provider of the turn. */
  provider?: string;
  model?: string;
}

/** The one place that decides which tools a turn has. */
@Injectable()
export class ToolPolicyService {
  constructor(
    private readonly config: ConfigService,
    private readonly registry: ToolRegistry,
  ) {}

  evaluate(tool: string, subject: PolicySubject): PolicyVerdict {
    const { tools } = this.config.config;
    const agent = findAgent(this.config.config, subject.agentId)?.tools;
    const byProvider = (
      source: typeof tools | typeof agent,
      base: string,
    ): { name: string; policy: undefined | object }[] => {
      const entries = source?.byProvider ?? {};
      const keys = subject.provider ? [subject.provider, `${subject.provider}/${subject.model ?? ''}`] : [];
      return keys
        .filter((key) => entries[key])
        .map((key) => ({ name: `${base}.byProvider["${key}"]`, policy: entries[key] }));
    };
    return evaluatePolicy(
      tool,
      [
        { name: 'tools', policy: tools },
        ...byProvider(tools, 'tools'),
        { name: `agents.list[${subject.agentId}].tools`, policy: agent },
        ...byProvider(agent, `agents.list[${subject.agentId}].tools`),
      ],
      (name) => this.registry.canonicalName(name),
    );
  }

  /** Tools that a turn may use, in a stable order. */
  allowedTools(subject: PolicySubject): RegisteredTool[] {
    return this.registry.all().filter((tool) => this.evaluate(tool.declaration.name, subject).allowed);
  }
}
