import { Bool, MapOf, Opt, Str, Text } from '__src__/common/validation/fields';
import { IdList } from '__src__/common/validation/id-list';
import { Keys } from '__src__/common/validation/keys';

/** Keys of one account of the channel. */
@Keys<__Name__AccountConfig>({
  enabled: ['Whether the account runs.', true],
  name: 'What the account is called in lists.',
  folder: 'Folder that holds in and out: messages are files in the one, answers files in the other.',
  allowFrom: 'Who may write, by id.',
})
export class __Name__AccountConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Str() name?: string;
  @Opt() @Text() folder?: string;
  @Opt() @IdList() allowFrom?: (string | number)[];
}

/** Section `channels.__declared__`: the keys of the default account, and further accounts. */
@Keys<Omit<__Name__Config, keyof __Name__AccountConfig>>({
  accounts: 'Further accounts, by name.',
})
export class __Name__Config extends __Name__AccountConfig {
  @Opt() @MapOf(() => __Name__AccountConfig) accounts?: Record<string, __Name__AccountConfig>;
}
