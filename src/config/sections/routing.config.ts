import { Nested, OneOf, OpenKeys, Opt, Text } from '../../common/validation/fields';
import { idle, Keys } from '../../common/validation/keys';

@Keys<BindingPeerConfig>({
  kind: 'Kind of chat.',
  id: 'Id of the chat or person.',
})
class BindingPeerConfig {
  @OneOf(['dm', 'direct', 'group', 'channel']) kind!: 'dm' | 'direct' | 'group' | 'channel';
  @Text() id!: string;
}

@Keys<BindingMatchConfig>({
  channel: 'Channel.',
  accountId: 'Account of the channel; * for all.',
  peer: 'One chat or person.',
  guildId: 'Server of Discord.',
  teamId: 'Workspace of Slack.',
})
class BindingMatchConfig {
  @Text() channel!: string;
  @Opt() @Text() accountId?: string;
  @Opt() @Nested(() => BindingPeerConfig) peer?: BindingPeerConfig;
  @Opt() @Text() guildId?: string;
  @Opt() @Text() teamId?: string;
}

/** One entry of `bindings`: which agent answers where. */
@Keys<BindingConfig>({
  agentId: 'Agent that answers.',
  match: 'Where it answers.',
})
export class BindingConfig {
  @Text() agentId!: string;
  @Nested(() => BindingMatchConfig) match!: BindingMatchConfig;
}

/** Section `broadcast`: further names are peer ids that hold lists of agents. */
@OpenKeys()
@Keys<BroadcastConfig>({
  strategy: idle('Whether the agents answer one after the other.'),
})
export class BroadcastConfig {
  @Opt() @OneOf(['parallel', 'sequential']) strategy?: 'parallel' | 'sequential';
}
