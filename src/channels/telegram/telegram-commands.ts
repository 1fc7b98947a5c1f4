import type { MessageEntity } from 'telegraf/types';

/** What a text is once the name of the bot that its command is for is taken away. */
export interface AddressedText {
  text: string;
  entities: readonly MessageEntity[];
  /** Its command is for another bot. */
  isForAnother?: true;
}

/**
 * `/command@name` at the beginning of a text is for the bot of that name. Ours loses its name, so that the rest of the
 * gateway reads `/command`; entities behind it move along.
 */
export function addressedText(text: string, entities: readonly MessageEntity[], ownName: string): AddressedText {
  const command = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (!command) return { text, entities };
  const at = text.slice(0, command.length).indexOf('@');
  if (at < 0) return { text, entities };
  const name = text.slice(at + 1, command.length);
  if (name.toLowerCase() !== ownName.toLowerCase()) return { text, entities, isForAnother: true };
  const taken = command.length - at;
  return {
    text: text.slice(0, at) + text.slice(command.length),
    entities: entities.map((entity) =>
      entity === command ? { ...entity, length: at } : { ...entity, offset: Math.max(entity.offset - taken, 0) },
    ),
  };
}
