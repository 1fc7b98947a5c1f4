import type { BotLoopProtectionConfig } from '../bots/bot-loop.config';

/** Who may write to an account, already merged from its configuration. */
export interface AccessPolicy {
  dmPolicy: 'pairing' | 'allowlist' | 'open' | 'disabled';
  /** Ids, or handles written `@name`; `*` means everybody. */
  allowFrom: readonly string[];
  groupPolicy: 'open' | 'disabled' | 'allowlist';
  groupAllowFrom: readonly string[];
  /** Rules of the group the message came from; undefined when it is not listed although a list exists. */
  group?: GroupRules;
  /** Whether other bots are heard; `mentions`: where they speak to the bot. */
  allowBots?: boolean | 'mentions';
  /** How long they are answered without a person, where the chat's rules say it. */
  botLoopProtection?: BotLoopProtectionConfig;
  /** How many messages nobody addressed to the bot are shown with the next one that it answers. */
  historyLimit?: number;
  /** The same of a thread that it comes into. */
  threadLimit?: number;
}

export interface GroupRules {
  enabled: boolean;
  requireMention: boolean;
  /** Narrower list of this group or topic. */
  allowFrom?: readonly string[];
  systemPrompt?: string;
  /** Where its entries stand in the configuration, widest first: their `tools` and `toolsBySender` hold in the group. */
  at?: readonly (readonly string[])[];
}
