import type { GroupMember, GroupMembers } from '../group-members';
import { sendError } from './telegram-errors';
import { chatIdOf } from './telegram-places';

interface Administrator {
  status: string;
  user: { id: number; first_name: string; last_name?: string; username?: string };
}

/**
 * Those of a group whom Telegram tells bots of: its administrators.
 * @throws ChannelSendError
 */
export async function administratorsOf(
  call: (method: string, params: Record<string, unknown>) => Promise<unknown>,
  group: string,
  limit: number,
): Promise<GroupMembers> {
  try {
    const found = (await call('getChatAdministrators', { chat_id: chatIdOf(group) })) as Administrator[];
    const members = found.slice(0, limit).map(({ status, user }): GroupMember => {
      const name = [user.first_name, user.last_name].filter((part) => part !== undefined).join(' ');
      return {
        id: String(user.id),
        name: user.username === undefined ? name : `${name} @${user.username}`,
        role: status,
      };
    });
    return { members, without: 'Telegram tells bots of administrators only' };
  } catch (error) {
    throw sendError(error, true);
  }
}
