import { Injectable } from '@nestjs/common';
import { OpenParams } from '../rpc/open-params.dto';
import { Bool, OneOf, Opt, Text } from '../common/validation/fields';
import { RpcMethod } from '../rpc/rpc-method';

export class ObserverVisibilityParams {
  @Bool() visible!: boolean;
}

export class SkillsLibraryParams {
  @Opt() @Text({ max: 512 }) sessionKey?: string;
  @Opt() @OneOf(['mine', 'team', 'all']) scope?: 'mine' | 'team' | 'all';
}

/**
 * Lists of kinds that this gateway never has an entry of, asked for by clients of protocol 4 when they start: plugins ask
 * by the approvals of their tools.
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
    name: 'sessions.companion.state',
    scope: 'operator.read',
    params: OpenParams,
    summary: 'Empty: side questions (`/btw`) are answered in the conversation and not kept apart from it.',
  })
  companion(): { exchanges: never[] } {
    return { exchanges: [] };
  }

  @RpcMethod({
    name: 'sessions.observer.visibility',
    scope: 'operator.read',
    params: ObserverVisibilityParams,
    summary: 'Taken, without effect: nobody sums up for watchers what goes on in sessions.',
  })
  observed(_: ObserverVisibilityParams): { ok: true } {
    return { ok: true };
  }

  @RpcMethod({
    name: 'skills.library.list',
    scope: 'operator.read',
    params: SkillsLibraryParams,
    summary: 'Empty: skills of people who share a gateway. Those that there are stand in skills.status.',
  })
  skillsLibrary({ sessionKey }: SkillsLibraryParams): unknown {
    return {
      entries: [],
      profileId: null,
      multipleProfiles: false,
      defaultTarget: 'workspace',
      canManageWorkspace: false,
      defaultSelectionLimit: 0,
      ...(sessionKey === undefined ? {} : { session: { sessionKey, selections: [], attachable: [] } }),
    };
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
