import { Bool, Checked, Doc, Int, Opt, Str, StrList, Text } from '../common/validation/fields';

export class SendParams {
  /** Chat on the platform. */
  @Text({ max: 200 }) to!: string;
  @Opt() @Str({ max: 100_000 }) message?: string;
  /** The same key again is the same message. */
  @Text({ max: 200 }) idempotencyKey!: string;
  /** File of the default agent's workspace, or an https address. */
  @Opt() @Text({ max: 4000 }) mediaUrl?: string;
  @Opt() @StrList({ max: 10 }) mediaUrls?: string[];
  @Opt() @Str({ max: 20_000_000 }) @Doc('A file of the caller: base64 or a data URL.') buffer?: string;
  @Opt() @Text({ max: 120 }) @Doc('Name that it has for others.') filename?: string;
  @Opt() @Text({ max: 100 }) @Doc('What it is, where neither name nor content say so.') contentType?: string;
  @Opt() @Bool() @Doc('Pictures and videos arrive as files, as they are.') forceDocument?: boolean;
  @Opt()
  @Checked(() => false, 'must be left out: texts are Markdown, and each chat platform gets them in its own form')
  parseMode?: never;
  @Opt() @Bool() gifPlayback?: boolean;
  @Opt() @Text({ max: 40 }) channel?: string;
  @Opt() @Text({ max: 100 }) accountId?: string;
  @Opt() @Text({ max: 512 }) sessionKey?: string;
  @Opt() @Text({ max: 100 }) agentId?: string;
  @Opt() @Text({ max: 100 }) replyToId?: string;
  @Opt() @Text({ max: 100 }) threadId?: string;
  @Opt() @Bool() asVoice?: boolean;
  @Opt() @Bool() silent?: boolean;
}

export class PollParams {
  @Text({ max: 200 }) to!: string;
  @Text({ max: 300 }) question!: string;
  @StrList({ min: 2, max: 12 }) options!: string[];
  @Text({ max: 200 }) idempotencyKey!: string;
  @Opt() @Int({ min: 1, max: 12 }) maxSelections?: number;
  @Opt() @Int({ min: 1 }) durationHours?: number;
  @Opt() @Int({ min: 1, max: 604_800 }) durationSeconds?: number;
  @Opt() @Bool() isAnonymous?: boolean;
  @Opt() @Bool() silent?: boolean;
  @Opt() @Text({ max: 40 }) channel?: string;
  @Opt() @Text({ max: 100 }) accountId?: string;
  @Opt() @Text({ max: 100 }) threadId?: string;
}
