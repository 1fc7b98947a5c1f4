import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import { type BotPause, ChannelCursorStore } from '../channel-cursor.store';
import type { InboundUpdate } from '../channel-adapter';
import { BotBudget, type BotLoopRules, type BotPlace, type Excess, botLoopRules } from './bot-budget';

/** Why a message of a bot is kept without an answer. */
export const BOTS_PAUSED = 'bots wait for a person';
/** Where nobody says who writes, a pause ends after such a silence. */
const SILENCE_MS = 600_000;

type Heard = Pick<InboundUpdate, 'chat' | 'sender' | 'policy'>;

interface Account {
  budget: BotBudget;
  pauses: BotPause[];
  /** When somebody who may be a bot wrote last, by chat. */
  lastAt: Map<string, number>;
}

/**
 * Two bots that answer each other would never end. Messages of other bots are answered as long as a budget lasts; then
 * they are kept, and a person's message in the same place frees it. Pauses stay over restarts.
 */
@Injectable()
export class BotLoopGuard {
  private readonly log: Logger;
  private readonly accounts = new Map<string, Promise<Account>>();

  constructor(
    private readonly config: ConfigService,
    private readonly cursors: ChannelCursorStore,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('channels/bots');
  }

  /** Why a message of a bot is not answered now; undefined when it is. */
  async refusal(channel: string, account: string, update: Heard): Promise<string | undefined> {
    const rules = this.rulesOf(update);
    if (!rules || !isAutomatic(update)) return undefined;
    const known = await this.account(channel, account);
    const now = this.clock.now();
    const place = placeOf(update);
    const over = known.pauses.filter((pause) => this.isOver(pause, rules, known, update, now));
    if (over.length > 0) await this.end(channel, account, known, over);
    known.lastAt.set(place.chat, now);
    if (known.pauses.some((pause) => holds(pause, place, update.sender.id))) return BOTS_PAUSED;
    const excess = known.budget.excess(place, update.sender.id, rules, now);
    if (!excess) return undefined;
    await this.begin(channel, account, known, update, excess, rules);
    return BOTS_PAUSED;
  }

  /** A message was taken in: one more of a bot that is answered, or a person's, which ends the pause. */
  async taken(channel: string, account: string, update: Heard, isAnswered: boolean): Promise<void> {
    const rules = this.rulesOf(update);
    if (!rules) return;
    const known = await this.account(channel, account);
    const place = placeOf(update);
    if (isAutomatic(update)) {
      if (isAnswered) known.budget.count(place, update.sender.id, rules, this.clock.now());
      return;
    }
    known.budget.forget(place);
    const ended = known.pauses.filter((pause) => isAt(pause, place));
    if (ended.length > 0) await this.end(channel, account, known, ended);
  }

  private isOver(pause: BotPause, rules: BotLoopRules, known: Account, update: Heard, now: number): boolean {
    if (rules.cooldownMs !== undefined && now - pause.since >= rules.cooldownMs) return true;
    const lastAt = known.lastAt.get(pause.chat) ?? pause.since;
    return update.sender.isBot !== true && isAt(pause, placeOf(update)) && now - lastAt >= SILENCE_MS;
  }

  private async begin(
    channel: string,
    account: string,
    known: Account,
    { chat, sender, ...update }: Heard,
    excess: Excess,
    rules: BotLoopRules,
  ): Promise<void> {
    const place = placeOf({ chat, sender, ...update });
    const name = sender.name ?? sender.username ?? sender.id;
    const pause: BotPause = {
      chat: place.chat,
      ...(chat.title ? { title: chat.title } : {}),
      // A slow exchange is paused in the whole chat, for all of its bots.
      ...(excess === 'window' ? { bot: { id: sender.id, name }, threadId: place.threadId ?? '' } : {}),
      since: this.clock.now(),
    };
    const pauses = [...known.pauses, pause];
    await this.cursors.keepBotPauses(channel, account, pauses);
    known.pauses = pauses;
    const said =
      excess === 'window'
        ? `${rules.perWindow} messages of the bot "${name}" in ${rules.windowMs / 1000} s`
        : `${rules.perHour} messages of bots in an hour`;
    const until = rules.cooldownMs === undefined ? 'until a person writes there' : `for ${rules.cooldownMs / 1000} s`;
    this.log.warn(
      { channel, account, chat: place.chat, ...(place.threadId ? { threadId: place.threadId } : {}), bot: sender.id },
      `bots are paused in ${chat.title ?? place.chat} ${until}: ${said} were answered (botLoopProtection)`,
    );
  }

  private async end(channel: string, account: string, known: Account, ended: readonly BotPause[]): Promise<void> {
    const pauses = known.pauses.filter((pause) => !ended.includes(pause));
    await this.cursors.keepBotPauses(channel, account, pauses);
    known.pauses = pauses;
    for (const { chat, threadId } of ended) known.budget.forget({ chat, ...(threadId ? { threadId } : {}) });
    this.log.info({ channel, account, chats: ended.map(({ chat }) => chat) }, 'bots are answered again');
  }

  /** Undefined where no bot is heard, or nothing limits them. */
  private rulesOf({ policy, sender }: Heard): BotLoopRules | undefined {
    if (!policy.allowBots && sender.mayBeBot !== true) return undefined;
    return botLoopRules(this.config.config.channels?.defaults?.botLoopProtection, policy.botLoopProtection);
  }

  private account(channel: string, account: string): Promise<Account> {
    const key = `${channel}/${account}`;
    let known = this.accounts.get(key);
    if (!known) {
      known = this.cursors
        .botPauses(channel, account)
        .then((pauses) => ({ budget: new BotBudget(), pauses, lastAt: new Map() }));
      this.accounts.set(key, known);
      known.catch(() => this.accounts.delete(key));
    }
    return known;
  }
}

const isAutomatic = ({ sender }: Heard): boolean => sender.isBot || sender.mayBeBot === true;

const placeOf = ({ chat }: Heard): BotPlace => ({
  chat: chat.id,
  ...(chat.threadId ? { threadId: chat.threadId } : {}),
});

/** Whether a pause is of this place, or of its whole chat. */
const isAt = (pause: BotPause, { chat, threadId = '' }: BotPlace): boolean =>
  pause.chat === chat && (pause.threadId === undefined || pause.threadId === threadId);

const holds = (pause: BotPause, place: BotPlace, bot: string): boolean =>
  isAt(pause, place) && (pause.bot === undefined || pause.bot.id === bot);
