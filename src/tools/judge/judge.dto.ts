import { CONTENT_ORIGINS, type ContentOrigin } from '../../common/content-parts';
import { Bool, Doc, Obj, Opt, Str, StrList, Text } from '../../common/validation/fields';

export class ToolsPolicyParams {
  @Opt() @Text() @Doc('The default one by itself.') agentId?: string;
}

export class ToolsJudgeParams {
  @Text({ max: 200 }) @Doc('Name of the tool, such as exec.') tool!: string;
  @Opt() @Obj() @Doc('Its parameters, as the model would give them.') args?: Record<string, unknown>;
  @Opt() @Text() @Doc('Conversation that the call is made in; main by default.') sessionKey?: string;
  @Opt() @Text() agentId?: string;
  @Opt() @Text() @Doc('Channel that the turn was begun on; the page by default.') channel?: string;
  @Opt() @Bool() @Doc('Somebody who does not own the gateway has begun the turn.') stranger?: boolean;
  @Opt()
  @StrList()
  @Doc(`Whose text the turn has read besides: ${CONTENT_ORIGINS.join(', ')}.`)
  read?: ContentOrigin[];
  @Opt()
  @Str({ max: 20_000 })
  @Doc('What the owner has written in it; addresses in it were not made up.')
  said?: string;
}
