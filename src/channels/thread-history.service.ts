import { Injectable } from '@nestjs/common';
import type { EarlierText } from '../common/chat-text';
import { ChannelDirectory } from '../events/channel-directory';
import { ThreadHistoryPort, type ThreadPast, type ThreadWish } from '../events/thread-history-port';
import { type KnownPeople, ownsGateway } from './access/access-gate';
import { KnownPeopleList } from './access/known-people.service';
import type { InboundUpdate } from './channel-adapter';
import { earlierText } from './earlier-text';
import { OwnWords } from './own-words.service';
import { withPlainNames } from './plain-names';

/**
 * What was said in a thread before the assistant was named there. Whoever names it points at the thread, so all of it is
 * shown, as data with its names; the words of owners are theirs.
 */
@Injectable()
export class ThreadHistory {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly known: KnownPeopleList,
    private readonly threadHistory: ThreadHistoryPort,
    private readonly own: OwnWords,
  ) {}

  listen(): void {
    this.threadHistory.open((wish) => this.read(wish));
  }

  private async read({ channel, account, ...wish }: ThreadWish): Promise<ThreadPast> {
    const people = await this.known.of(channel, account);
    const messages = (await this.directory.find(channel)?.adapter.threadBefore?.(account, wish)) ?? [];
    const [first] = messages;
    const earlier: EarlierText[] = [];
    for (const message of messages) {
      if ('said' in message) earlier.push(...shown(message.said, people));
      else {
        const ownOrigin = await this.own.originOf(message.messageId, wish.route);
        earlier.push({ sender: 'you', text: earlierText(message.own), isOwner: true, ownOrigin });
      }
    }
    return {
      earlier,
      media: first && 'said' in first ? mediaOf(first.said, people) : [],
    };
  }
}

function shown(told: InboundUpdate, people: KnownPeople): EarlierText[] {
  const { sender, text, shared = [], ...update } = withPlainNames(told);
  const said = earlierText(text, shared);
  const isOwner = shared.length === 0 && ownsGateway({ ...update, sender }, people);
  return said === '' ? [] : [{ sender: sender.name ?? sender.id, text: said, isOwner }];
}

const mediaOf = (update: InboundUpdate, people: KnownPeople): ThreadPast['media'] => {
  const { media = [] } = withPlainNames(update);
  return ownsGateway(update, people) ? media : media.map((each) => ({ ...each, isForeign: true as const }));
};
