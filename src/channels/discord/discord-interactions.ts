import type { APIInteraction } from 'discord.js';
import type { ChatCommand } from '../../agent/commands/chat-command';
import type { ReplyButton } from '../../common/chat-media';
import type { InboundUpdate } from '../channel-adapter';
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
      name: name.toLowerCase().slice(0, MAX_NAME),
      description: summary.slice(0, MAX_DESCRIPTION),
      options: usage
        ? [{ type: 3, name: ARGUMENTS, description: usage.slice(0, MAX_DESCRIPTION), required: false }]
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
        label: label.slice(0, 80),
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
    // Whoever uses a command or presses a button speaks to the bot.
    mentionsBot: true,
    policy: policyOf(facts, channelId, place),
  };
}

function textOf(interaction: APIInteraction): string | undefined {
  const data = interaction.data as
    { name?: string; custom_id?: string; options?: { name: string; value?: unknown }[] } | undefined;
  if (interaction.type === COMMAND && data?.name) {
    const words = data.options?.find(({ name }) => name === ARGUMENTS)?.value;
    return `/${data.name}${typeof words === 'string' ? ` ${words}` : ''}`;
  }
  return interaction.type === COMPONENT ? data?.custom_id : undefined;
}

/** What an interaction is told within three seconds: the answer comes later, and only its giver sees it. */
export const acknowledgement = ({ type }: APIInteraction): Record<string, unknown> =>
  type === COMMAND ? { type: DEFERRED_ANSWER, data: { flags: EPHEMERAL } } : { type: DEFERRED_UPDATE };
