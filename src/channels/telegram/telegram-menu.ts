import type { ChatCommand } from '../../agent/commands/chat-command';

const MAX_COMMANDS = 100;
const MAX_NAME = 32;
const MAX_DESCRIPTION = 256;

/** Commands as Telegram's menu takes them; those of skills come last and go first where there are too many. */
export function menuOf(
  commands: readonly ChatCommand[],
  withSkills: boolean,
): { command: string; description: string }[] {
  return commands
    .filter(({ textOnly, category }) => textOnly !== true && (withSkills || category !== 'skills'))
    .map(({ name, summary }) => ({
      command: name.replaceAll('-', '_').slice(0, MAX_NAME),
      description: summary.slice(0, MAX_DESCRIPTION),
    }))
    .slice(0, MAX_COMMANDS);
}
