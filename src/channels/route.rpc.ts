import { Injectable } from '@nestjs/common';
import { messageOf } from '../common/openclaw-error';
import { Bool, Doc, Opt, Text } from '../common/validation/fields';
import { ConfigService } from '../config/config.service';
import { userTimeZone } from '../config/user-zone';
import { ModelRegistry } from '../agent/providers/model-registry.service';
import { RpcMethod } from '../rpc/rpc-method';
import { resetPolicy, staleReason } from '../sessions/freshness';
import { sendAllowed } from '../sessions/send-policy';
import { SessionStore } from '../sessions/session.store';
import { WorkspaceService } from '../workspace/workspace.service';
import { chooseRoute } from './routing';

export class RouteExplainParams {
  @Text() @Doc('Such as telegram.') channel!: string;
  @Opt() @Text() account?: string;
  @Opt() @Text() @Doc('Id of the person who writes.') peer?: string;
  @Opt() @Bool() @Doc('The person is no owner.') guest?: boolean;
  @Opt() @Text() @Doc('Group or channel that it is written in.') group?: string;
  @Opt() @Text() @Doc('Topic or thread in it.') thread?: string;
  @Opt() @Bool() @Doc('The group is a channel of the platform.') isChannel?: boolean;
}

/** Which agent, session and model a message would reach, and why. */
@Injectable()
export class RouteRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly models: ModelRegistry,
    private readonly workspaces: WorkspaceService,
  ) {}

  @RpcMethod({
    name: 'route.explain',
    scope: 'operator.read',
    params: RouteExplainParams,
    unlisted: true,
    summary: 'Which agent, session and model a message would reach, and why.',
  })
  async explain(params: RouteExplainParams): Promise<unknown> {
    const { config } = this.config;
    const channel = params.channel.toLowerCase();
    const account = (params.account ?? 'default').toLowerCase();
    const type = params.group === undefined ? 'direct' : params.isChannel ? 'channel' : 'group';
    const chat = {
      id: params.group ?? params.peer ?? '',
      type,
      ...(params.thread ? { threadId: params.thread } : {}),
    } as const;
    const { agentId, sessionKey, because, refusal } = chooseRoute(
      config,
      channel,
      account,
      chat,
      params.peer ?? '',
      params.guest !== true,
    );
    const session = await this.sessions.find(sessionKey);
    const timeZone = userTimeZone(config);
    const stale = session && staleReason(config, session, Date.now(), timeZone);
    const reset = resetPolicy(config, session ?? { key: sessionKey, chatType: type, channel });
    return {
      agentId,
      agentBecause: because,
      ...(refusal === undefined ? {} : { refused: refusal }),
      workspace: this.workspaces.pathOf(agentId),
      sessionKey,
      sessionExists: session !== undefined,
      startsOver: stale ?? null,
      reset,
      sendAllowed: sendAllowed(config, sessionKey, session),
      ...this.modelOf(agentId, session?.modelOverride),
      ...(session?.dock ? { answersGoTo: session.dock } : {}),
    };
  }

  private modelOf(agentId: string, override: string | undefined): Record<string, string> {
    try {
      const { info, layer } = this.models.resolve(agentId, override);
      return { model: `${info.provider}/${info.id}`, modelBecause: layer };
    } catch (error) {
      return { model: override ?? 'unknown', modelBecause: messageOf(error) };
    }
  }
}
