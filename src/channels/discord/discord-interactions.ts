import type { APIInteraction } from 'discord.js';
import { cutText } from '../../common/cut-text';
import type { ChatCommand } from '../../agent/commands/chat-command';
import type { ReplyButton } from '../../common/chat-media';
import type { SharedText } from '../../common/chat-text';
import { linesOf, objectOf, objectsOf, wordsOf } from '../../common/loose-json';
import { type PlainObject, isPlainObject } from '../../common/plain-object';
import type { InboundUpdate } from '../channel-adapter';
import { contentOf, personName } from './content/discord-content';
import { type DiscordNaming, NO_NAMES } from './content/discord-markup';
import { type DiscordFacts, type DiscordPlace, chatOf, policyOf } from './discord-inbound';

const MAX_COMMANDS = 100;
const MAX_NAME = 32;
const MAX_DESCRIPTION = 100;
const MAX_CUSTOM_ID = 100;
const BUTTONS_IN_ROW = 5;
const ROWS = 5;
const ACTION_ROW = 1;
const BUTTON = 2;
const SECONDARY = 2;
/** Only the giver of a command sees the message. */
export const EPHEMERAL = 64;
const ARGUMENTS = 'arguments';

/** Types of interactions and of the first answers to them. */
const COMMAND = 2;
const COMPONENT = 3;
const SUGGESTIONS = 4;
const FORM = 5;
const SUGGESTED = 8;
const SUBCOMMAND = 1;
const SUBCOMMAND_GROUP = 2;
const DEFERRED_ANSWER = 5;
const DEFERRED_UPDATE = 6;

/** Where the answer to a command goes: to whoever gave it, by the command's own token, for a quarter of an hour. */
export interface InteractionRoute {
  applicationId: string;
  token: string;
}

const ROUTE = 'interaction';

/** The route in the place of the id of the message that is answered. */
export const interactionId = ({ applicationId, token }: InteractionRoute): string =>
  `${ROUTE}/${applicationId}/${token}`;

export function interactionOf(replyToId: string | undefined): InteractionRoute | undefined {
  const [kind, applicationId, token] = (replyToId ?? '').split('/');
  return kind === ROUTE && applicationId && token ? { applicationId, token } : undefined;
}

/** Commands as Discord's menu takes them. */
export function slashCommands(commands: readonly ChatCommand[], withSkills: boolean): Record<string, unknown>[] {
  return commands
    .filter(({ textOnly, category }) => textOnly !== true && (withSkills || category !== 'skills'))
    .map(({ name, summary, usage }) => ({
      type: 1,
      name: cutText(name.toLowerCase(), MAX_NAME, { mark: '' }),
      description: cutText(summary, MAX_DESCRIPTION),
      options: usage
        ? [{ type: 3, name: ARGUMENTS, description: cutText(usage, MAX_DESCRIPTION), required: false }]
        : [],
    }))
    .filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index)
    .slice(0, MAX_COMMANDS);
}

/** Buttons under a message; those whose text Discord would not carry are left out. */
export function components(rows: readonly (readonly ReplyButton[])[] | undefined): Record<string, unknown> {
  const fitting = (rows ?? [])
    .map((row) => row.filter(({ says }) => says.length <= MAX_CUSTOM_ID).slice(0, BUTTONS_IN_ROW))
    .filter((row) => row.length > 0)
    .slice(0, ROWS);
  if (fitting.length === 0) return {};
  return {
    components: fitting.map((row) => ({
      type: ACTION_ROW,
      components: row.map(({ label, says }) => ({
        type: BUTTON,
        style: SECONDARY,
        label: cutText(label, 80),
        custom_id: says,
      })),
    })),
  };
}

/** A command or a pressed button as the message that its giver might have typed; undefined for what is not ours. */
export function interactionUpdate(
  interaction: APIInteraction,
  place: DiscordPlace,
  facts: DiscordFacts,
): InboundUpdate | undefined {
  const text = textOf(interaction);
  const user = interaction.member?.user ?? interaction.user;
  const channelId = interaction.channel?.id;
  if (text === undefined || !user || channelId === undefined) return undefined;
  const isCommand = interaction.type === COMMAND;
  const shared = chosenMessages(interaction, facts.naming ?? NO_NAMES);
  return {
    externalId: `interaction:${interaction.id}`,
    chat: chatOf(channelId, place),
    sender: {
      id: user.id,
      name: interaction.member?.nick ?? user.global_name ?? user.username,
      username: user.username,
      isBot: user.bot === true,
    },
    ...(isCommand
      ? { messageId: interactionId({ applicationId: interaction.application_id, token: interaction.token }) }
      : {}),
    text,
    ...(shared.length > 0 ? { shared } : {}),
    // Whoever uses a command or presses a button speaks to the bot.
    mentionsBot: true,
    policy: policyOf(facts, channelId, place),
  };
}

function textOf(interaction: APIInteraction): string | undefined {
  const data = objectOf(interaction.data);
  switch (interaction.type) {
    case COMMAND:
      return commandText(data);
    case COMPONENT:
      return chosenText(data);
    case FORM:
      return linesOf(...filledIn(data['components'], objectOf(data['resolved'])));
    default:
      return undefined;
  }
}

/** Messages that a command of their menu was used on. */
const chosenMessages = (interaction: APIInteraction, names: DiscordNaming): SharedText[] =>
  Object.values(objectOf(objectOf(objectOf(interaction.data)['resolved'])['messages']))
    .filter(isPlainObject)
    .map((message) => {
      const { text, shared } = contentOf(message, names);
      return {
        sender: personName(objectOf(message['author'])),
        text: linesOf(text, ...shared.map((each) => each.text)) || '(a message without words)',
      };
    });

/** A command of the menu as somebody would type it. */
function commandText(data: PlainObject): string | undefined {
  const name = wordsOf(data['name']);
  if (name === '') return undefined;
  const resolved = objectOf(data['resolved']);
  const target = wordsOf(data['target_id']);
  const words = target === '' ? optionWords(data['options'], resolved) : [resolvedName(target, resolved)];
  return `/${[name, ...words].filter(Boolean).join(' ')}`;
}

/** Options of our own commands are one text; those of others say their names. */
const optionWords = (options: unknown, resolved: PlainObject): string[] =>
  objectsOf(options).flatMap(({ name, value, options: inner, type }) => {
    if (type === SUBCOMMAND || type === SUBCOMMAND_GROUP) return [wordsOf(name), ...optionWords(inner, resolved)];
    const words = typeof value === 'boolean' ? String(value) : resolvedName(wordsOf(value), resolved);
    return name === ARGUMENTS ? [words] : [`${wordsOf(name)}: ${words}`];
  });

/** What was chosen from a list, else what a button says. */
function chosenText(data: PlainObject): string | undefined {
  const values = Array.isArray(data['values']) ? data['values'].map(wordsOf) : [];
  const resolved = objectOf(data['resolved']);
  const chosen = values.map((value) => resolvedName(value, resolved)).join(', ');
  return chosen || wordsOf(data['custom_id']) || undefined;
}

/** Fields of a form, each with what was filled in. */
const filledIn = (components: unknown, resolved: PlainObject): string[] =>
  objectsOf(components).flatMap(({ component, components: inner, custom_id: id, value, values, label }) => [
    ...(value === undefined && values === undefined
      ? []
      : [
          `${wordsOf(label) || wordsOf(id)}: ${[value, values]
            .flat()
            .filter((each) => each !== undefined)
            .map((each) => resolvedName(wordsOf(each), resolved))
            .join(', ')}`,
        ]),
    ...filledIn(inner, resolved),
    ...filledIn(isPlainObject(component) ? [component] : [], resolved),
  ]);

/** What an id stands for in an interaction; other values are themselves. */
function resolvedName(value: string, resolved: PlainObject): string {
  const found = (kind: string): PlainObject => objectOf(objectOf(resolved[kind])[value]);
  const user = found('users');
  if (user['id'] !== undefined) return `@${personName({ ...user, member: found('members') })}`;
  const [role, channel, file] = [found('roles'), found('channels'), found('attachments')];
  // What a message says is its writer's word: it is passed on, not said.
  if (found('messages')['id'] !== undefined) return '';
  const name = wordsOf(role['name']);
  if (name !== '') return `@${name}`;
  return wordsOf(channel['name']) ? `#${wordsOf(channel['name'])}` : wordsOf(file['filename']) || value;
}

/** Whether Discord waits for an answer to something that is no message. */
export const wantsAnswer = ({ type }: APIInteraction): boolean => type === SUGGESTIONS;

/** What an interaction is told within three seconds: the answer comes later, and only its giver sees it. */
export const acknowledgement = ({ type }: APIInteraction): Record<string, unknown> =>
  type === SUGGESTIONS
    ? { type: SUGGESTED, data: { choices: [] } }
    : type === COMMAND
      ? { type: DEFERRED_ANSWER, data: { flags: EPHEMERAL } }
      : { type: DEFERRED_UPDATE };
