import { type BlockWishes, blockWishes } from '../../common/block-rules';
import type { ConfigService } from '../../config/config.service';
import { mentionPatterns } from '../access/mention-patterns';
import { isStreamed } from '../stream-mode.config';
import { type ConfiguredAccount, ConfiguredChannel } from './configured-channel';

const MIB = 1024 * 1024;

/** A chat platform as this class knows it. */
export interface PlatformFacts {
  id: string;
  label: string;
  /** Megabytes of a file that an account takes where nothing is said. */
  mediaMb: number;
  /** Megabytes of a file that the platform takes from us. */
  sendMb: number;
  /** Least milliseconds between two edits of a growing answer. */
  streamMs: number;
}

export interface PlatformAccount extends ConfiguredAccount {
  settings: ConfiguredAccount['settings'] & Parameters<typeof blockWishes>[0] & { mediaMaxMb?: number };
}

/** What accounts of chat platforms say in the same words: sizes of files, growing answers, mentions. */
export abstract class ChatPlatform<A extends PlatformAccount> extends ConfiguredChannel<A> {
  protected constructor(
    config: ConfigService,
    private readonly platform: PlatformFacts,
  ) {
    super(config, platform);
  }

  mediaLimit(accountId: string): number {
    return (this.account(accountId).settings.mediaMaxMb ?? this.platform.mediaMb) * MIB;
  }

  sendLimit(accountId: string): number {
    return (this.account(accountId).settings.mediaMaxMb ?? this.platform.sendMb) * MIB;
  }

  streamInterval(accountId: string): number | undefined {
    return isStreamed(this.account(accountId).settings) ? this.platform.streamMs : undefined;
  }

  blockWishes(accountId: string): BlockWishes {
    return blockWishes(this.account(accountId).settings);
  }

  /** What the configuration as a whole says about groups. */
  protected groupFacts(): {
    mentionPatterns: string[];
    defaultGroupPolicy?: 'open' | 'disabled' | 'allowlist';
  } {
    const { config } = this.config;
    const defaultGroupPolicy = config.channels?.defaults?.groupPolicy;
    return {
      mentionPatterns: mentionPatterns(config),
      ...(defaultGroupPolicy ? { defaultGroupPolicy } : {}),
    };
  }
}
