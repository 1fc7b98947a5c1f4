import { cutText } from '../../common/cut-text';
import type { ChatCommand } from '../../agent/commands/chat-command';

const MAX_COMMANDS = 100;
const MAX_NAME = 32;
const NAME = /^[a-z0-9_]{1,32}$/;
const MAX_DESCRIPTION = 256;

export interface MenuEntry {
  command: string;
  description: string;
}

/** Commands as Telegram's menu takes them; those of skills come last and go first where there are too many. */
export function menuOf(
  commands: readonly ChatCommand[],
  options: {
    withSkills: boolean;
    /** In groups the menu holds what everybody may use. */
    inGroups?: boolean;
    custom?: readonly MenuEntry[];
  },
): MenuEntry[] {
  const own = commands
    .filter(({ textOnly, category }) => textOnly !== true && (options.withSkills || category !== 'skills'))
    .filter(({ right }) => options.inGroups !== true || right === 'sender')
    .map(({ name, summary }) => ({
      command: cutText(name.replaceAll('-', '_'), MAX_NAME, { mark: '' }),
      description: cutText(summary, MAX_DESCRIPTION),
    }));
  const custom = (options.custom ?? [])
    .map(({ command, description }) => ({
      command: command.replace(/^\//, '').toLowerCase(),
      description: cutText(description, MAX_DESCRIPTION),
    }))
    .filter(({ command }) => NAME.test(command) && !own.some((entry) => entry.command === command));
  return [...own.slice(0, MAX_COMMANDS - custom.length), ...custom].slice(0, MAX_COMMANDS);
}
