import { Injectable } from '@nestjs/common';
import { OpenParams } from '../rpc/open-params.dto';
import { RpcMethod } from '../rpc/rpc-method';

/**
 * Lists of kinds that this gateway never has an entry of, asked for by clients of protocol 4 when they start: plugins ask
 * by the approvals of their tools, and the assistant asks in the conversation.
 */
@Injectable()
export class EmptyListsRpc {
  @RpcMethod({
    name: 'plugin.approval.list',
    scope: 'operator.approvals',
    params: OpenParams,
    summary: 'Empty: what plugins ask for stands in exec.approval.list.',
  })
  pluginApprovals(): never[] {
    return [];
  }

  @RpcMethod({
    name: 'openclaw.approval.list',
    scope: 'operator.approvals',
    params: OpenParams,
    summary: 'Empty: nothing changes the set-up of the gateway but its owner.',
  })
  setUpApprovals(): never[] {
    return [];
  }

  @RpcMethod({
    name: 'question.list',
    scope: 'operator.questions',
    params: OpenParams,
    summary: 'Empty: the assistant puts its questions in the conversation.',
  })
  questions(): { questions: never[] } {
    return { questions: [] };
  }

  @RpcMethod({
    name: 'taskSuggestions.list',
    scope: 'operator.read',
    params: OpenParams,
    summary: 'Empty: nothing suggests tasks here.',
  })
  suggestions(): { suggestions: never[] } {
    return { suggestions: [] };
  }
}
