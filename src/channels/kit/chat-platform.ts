import { type BlockWishes, blockWishes } from '../../common/block-rules';
import type { ConfigService } from '../../config/config.service';
import { mentionPatterns } from '../access/mention-patterns';
import type { OutboundMessage, SearchStep, SentSearch } from '../channel-adapter';
import { directTurns } from '../direct-history.config';
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
  settings: ConfiguredAccount['settings'] &
    Parameters<typeof blockWishes>[0] &
    Parameters<typeof directTurns>[0] & { mediaMaxMb?: number };
}

/** How messages get to a platform, and are found there again. */
export interface PlatformDelivery {
  send(message: OutboundMessage): Promise<string>;
  mark(message: OutboundMessage): string | undefined | Promise<string | undefined>;
  find(message: OutboundMessage, search: SentSearch): Promise<SearchStep>;
  edit(message: OutboundMessage, platformId: string): Promise<void>;
}

/** What chat platforms do in the same way: messages by their delivery, sizes of files, growing answers, mentions. */
export abstract class ChatPlatform<A extends PlatformAccount> extends ConfiguredChannel<A> {
  protected constructor(
    config: ConfigService,
    private readonly platform: PlatformFacts,
  ) {
    super(config, platform);
  }

  protected abstract readonly delivery: PlatformDelivery;

  send(message: OutboundMessage): Promise<string> {
    return this.delivery.send(message);
  }

  sendMark(message: OutboundMessage): string | undefined | Promise<string | undefined> {
    return this.delivery.mark(message);
  }

  findSent(message: OutboundMessage, search: SentSearch): Promise<SearchStep> {
    return this.delivery.find(message, search);
  }

  edit(message: OutboundMessage, platformId: string): Promise<void> {
    return this.delivery.edit(message, platformId);
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

  directTurns(accountId: string, peer: string): number | undefined {
    const settings = this.configured().find(({ id }) => id === accountId)?.settings;
    return settings && directTurns(settings, peer);
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
