import { knownName, plainName } from '../common/plain-name';
import type { ChatHappening, InboundUpdate } from './channel-adapter';

type Named<T extends { name?: string }> = Omit<T, 'name'> & { name?: string };

function withPlainName<T extends { name?: string }>({ name, ...rest }: T): Named<T> {
  const plain = knownName(name);
  return { ...rest, ...(plain === undefined ? {} : { name: plain }) };
}

function withPlainSender<T extends { sender?: string }>({
  sender,
  ...rest
}: T): Omit<T, 'sender'> & { sender?: string } {
  const plain = knownName(sender);
  return { ...rest, ...(plain === undefined ? {} : { sender: plain }) };
}

/** What people call themselves, their chats and their files, as one line each ({@link plainName}). Ids and texts stay. */
export const withPlainNames = (update: InboundUpdate): InboundUpdate => ({
  ...update,
  ...plainPlace(update),
  ...(update.shared ? { shared: update.shared.map(withPlainSender) } : {}),
  ...(update.quoted ? { quoted: withPlainSender(update.quoted) } : {}),
  ...(update.media ? { media: update.media.map(withPlainName) } : {}),
});

export const happeningWithPlainNames = (happening: ChatHappening): ChatHappening => ({
  ...happening,
  ...plainPlace(happening),
});

/** Who has no name is called by an id, which is whatever the platform takes for one. */
function nameOf({ id, name, username }: InboundUpdate['sender']): { name?: string } {
  const shown = knownName(name) ?? knownName(username) ?? plainName(id);
  return name === undefined && shown === (username ?? id) ? {} : { name: shown };
}

function plainPlace({ chat, sender }: Pick<InboundUpdate, 'chat' | 'sender'>): Pick<InboundUpdate, 'chat' | 'sender'> {
  const { title, ...place } = chat;
  const plainTitle = knownName(title);
  return {
    chat: { ...place, ...(plainTitle === undefined ? {} : { title: plainTitle }) },
    sender: { ...sender, ...nameOf(sender) },
  };
}
