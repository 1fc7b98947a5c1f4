import { Injectable } from '@nestjs/common';
import { textOf } from '../../common/content-parts';
import { Doc, Obj, Opt, Text } from '../../common/validation/fields';
import { type RpcContext, callerKey } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import type { ToolResult } from '../agent-tool';
import { ToolRegistry } from '../tool-registry.service';
import { KnownCalls } from './known-calls';
import { type OutsideCall, ToolInvoker } from './tool-invoker.service';

export class ToolsInvokeParams {
  @Text({ max: 200 }) name!: string;
  @Opt() @Obj() @Doc('Arguments as the tool takes them.') args?: Record<string, unknown>;
  @Opt() @Text({ max: 512 }) @Doc('Conversation in whose workspace it works; main by default.') sessionKey?: string;
  @Opt() @Text({ max: 100 }) agentId?: string;
  @Opt()
  @Text({ max: 200 })
  @Doc('The same key again has the same result while the gateway runs.')
  idempotencyKey?: string;
}

/** One tool call for connected clients, by the rules of `POST /tools/invoke`. */
@Injectable()
export class ToolsInvokeRpc {
  private readonly known = new KnownCalls<ToolResult>();

  constructor(
    private readonly registry: ToolRegistry,
    private readonly invoker: ToolInvoker,
  ) {}

  @RpcMethod({
    name: 'tools.invoke',
    scope: 'operator.write',
    params: ToolsInvokeParams,
    summary: 'Calls a tool outside a turn. It passes the policy of the conversation, and gateway.tools.',
  })
  async invoke(
    { name, args = {}, sessionKey, agentId, idempotencyKey }: ToolsInvokeParams,
    { caller, signal }: RpcContext,
  ): Promise<unknown> {
    const call: OutsideCall = {
      via: 'http',
      ...(sessionKey ? { sessionKey } : {}),
      ...(agentId ? { agentId } : {}),
    };
    const tool = this.registry.find(name);
    if (!tool)
      throw invalidRequest(`there is no tool "${name}"`, {
        details: { code: 'TOOL_UNKNOWN', tools: this.registry.all().map(({ declaration }) => declaration.name) },
      });
    const toolName = tool.declaration.name;
    if (!this.invoker.isAllowed(toolName, call))
      throw invalidRequest(
        `${toolName} can't be called from outside a conversation here; gateway.tools.allow and the tool policy decide`,
        { details: { code: 'TOOL_DENIED' } },
      );
    const work = (): Promise<ToolResult> => this.invoker.invoke(toolName, args, call, signal);
    const result = await (idempotencyKey === undefined
      ? work()
      : this.known.once(`${callerKey(caller)} ${toolName} ${idempotencyKey}`, work));
    if (result.isError && result.details?.['status'] === 'error')
      throw invalidRequest(`${toolName}: ${textOf(result.content)}`, {
        details: { code: 'TOOL_ERROR', toolCode: result.details['code'] },
      });
    return { ok: true, toolName, content: result.content, details: result.details ?? {} };
  }
}
