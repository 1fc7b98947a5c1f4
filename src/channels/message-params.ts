import { AnyList, Bool, Doc, Hidden, Int, Num, Opt, Str, StrList, Text } from '../common/validation/fields';
import { Leaves } from '../tools/provenance/sinks';

/** Actions that every chat channel can do; each declares what else it can. */
export const MESSAGE_ACTIONS = ['send', 'reply', 'broadcast', 'edit', 'sendAttachment'] as const;
@Leaves<MessageParams>({
  action: 'out',
  channel: 'out',
  target: 'out',
  targets: 'out',
  accountId: 'out',
  message: 'out',
  replyTo: 'out',
  messageId: 'out',
  threadId: 'out',
  dryRun: 'none',
  path: 'out',
  media: 'fetch',
  buffer: 'out',
  filename: 'out',
  mimeType: 'none',
  buttons: 'out',
  caption: 'out',
  silent: 'none',
  bestEffort: 'none',
  asVoice: 'none',
  emoji: 'out',
  remove: 'none',
  userId: 'out',
  threadName: 'out',
  name: 'out',
  pollQuestion: 'out',
  pollOption: 'out',
  pollMulti: 'none',
  pollDurationHours: 'none',
  query: 'out',
  limit: 'none',
  roleId: 'out',
  minutes: 'none',
})
export class MessageParams {
  @Text({ max: 40 })
  @Doc(
    `${MESSAGE_ACTIONS.join(', ')}, or what the channel offers: react, delete, pin, unpin, poll, thread-create, member-info, channel-info …`,
  )
  action!: string;
  @Opt() @Text() @Doc('Channel, such as telegram; that of this conversation by default.') channel?: string;
  @Opt() @Text() @Doc('Chat: id, user:<id>, #channel or @person; this conversation by default.') target?: string;
  @Opt() @StrList({ max: 100 }) @Doc('broadcast: chats.') targets?: string[];
  @Opt() @Text() @Doc('Account of the channel; the one of this conversation by default.') accountId?: string;
  @Opt() @Str({ max: 100_000 }) @Doc('Text, as Markdown.') message?: string;
  @Opt() @Text() @Doc('Message to quote; reply: the one being answered by default.') replyTo?: string;
  @Opt()
  @Text()
  @Doc('Message that is meant: the one being answered by default; edit, unsend: your last one there.')
  messageId?: string;
  @Opt() @Text() @Doc('Topic or thread in the chat.') threadId?: string;
  @Opt() @Bool() @Doc('Only check; send nothing.') dryRun?: boolean;
  @Opt() @Text() @Doc('File of the workspace to send.') path?: string;
  @Opt() @Text() @Doc('The same, or an address to fetch it from.') media?: string;
  @Opt() @Str({ max: 20_000_000 }) @Doc('Content of a file, as base64 or data URL.') buffer?: string;
  @Opt() @Text({ max: 120 }) @Doc('Name that the file has for others.') filename?: string;
  @Opt() @Hidden() @Text({ max: 100 }) mimeType?: string;
  @Opt()
  @AnyList({ max: 10 })
  @Doc('Rows of buttons {text, callback_data}; who presses one says callback_data.')
  buttons?: unknown[];
  @Opt() @Str() @Doc('Text under the file.') caption?: string;
  @Opt() @Hidden() @Bool() @Doc('Without a sound where the platform can.') silent?: boolean;
  @Opt() @Hidden() @Bool() bestEffort?: boolean;
  @Opt() @Bool() @Doc('Send a recording (ogg) as a voice note.') asVoice?: boolean;
  @Opt() @Text({ max: 40 }) @Doc('react: emoji.') emoji?: string;
  @Opt() @Bool() @Doc('react: take it back.') remove?: boolean;
  @Opt() @Text() @Doc('member-info and the like: who is meant.') userId?: string;
  @Opt() @Text({ max: 128 }) @Doc('thread-create: its name.') threadName?: string;
  @Opt() @Text({ max: 128 }) @Doc('Name of what is made or changed, such as a channel.') name?: string;
  @Opt() @Text({ max: 300 }) @Doc('poll: the question.') pollQuestion?: string;
  @Opt() @StrList({ max: 12 }) @Doc('poll: the answers to choose from, at least two.') pollOption?: string[];
  @Opt() @Bool() @Doc('poll: several answers may be chosen.') pollMulti?: boolean;
  @Opt() @Num({ min: 0.001, max: 168 }) @Doc('poll: hours until it closes.') pollDurationHours?: number;
  @Opt() @Text({ max: 500 }) @Doc('search: words to look for.') query?: string;
  @Opt() @Hidden() @Int({ min: 1, max: 100 }) limit?: number;
  @Opt() @Hidden() @Text() roleId?: string;
  @Opt() @Hidden() @Int({ min: 1, max: 40_320 }) @Doc('timeout: how long, in minutes.') minutes?: number;
}
