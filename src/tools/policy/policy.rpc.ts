import { Injectable } from '@nestjs/common';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import type { PolicySubject } from '../agent-tool';
import { ToolRegistry } from '../tool-registry.service';
import { AssumedSubject } from './assumed-subject.service';
import { ToolsExplainParams } from './policy.dto';
import { ToolPolicyService, type ToolStanding } from './tool-policy.service';

@Injectable()
export class PolicyRpc {
  constructor(
    private readonly policy: ToolPolicyService,
    private readonly registry: ToolRegistry,
    private readonly subjects: AssumedSubject,
  ) {}

  @RpcMethod({
    name: 'tools.explain',
    scope: 'operator.read',
    params: ToolsExplainParams,
    unlisted: true,
    summary: 'Which tools somebody has, and which link of the policy chain took each of the others away.',
  })
  async explain({
    tool: name,
    ...who
  }: ToolsExplainParams): Promise<{ subject: PolicySubject; tools: ToolStanding[] }> {
    const subject = await this.subjects.of(who);
    const tools = this.policy.explain(subject);
    if (name === undefined) return { subject, tools };
    const canonical = this.registry.canonicalName(name);
    const standing = tools.find((tool) => tool.name === canonical);
    if (!standing)
      throw invalidRequest(`there is no tool "${name}"`, { details: { tools: tools.map((tool) => tool.name) } });
    return { subject, tools: [standing] };
  }
}
