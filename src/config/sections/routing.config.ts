import { Nested, OneOf, OpenKeys, Opt, Text } from '../../common/validation/fields';

class BindingPeerConfig {
  @OneOf(['dm', 'direct', 'group', 'channel']) kind!: 'dm' | 'direct' | 'group' | 'channel';
  @Text() id!: string;
}

class BindingMatchConfig {
  @Text() channel!: string;
  @Opt() @Text() accountId?: string;
  @Opt() @Nested(() => BindingPeerConfig) peer?: BindingPeerConfig;
  @Opt() @Text() guildId?: string;
  @Opt() @Text() teamId?: string;
}

/** One entry of `bindings`: which agent answers where. */
export class BindingConfig {
  @Text() agentId!: string;
  @Nested(() => BindingMatchConfig) match!: BindingMatchConfig;
}

/** Section `broadcast`: further names are peer ids that hold lists of agents. */
@OpenKeys()
export class BroadcastConfig {
  @Opt() @OneOf(['parallel', 'sequential']) strategy?: 'parallel' | 'sequential';
}
