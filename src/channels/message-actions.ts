import type { DeliveryRoute } from '../common/delivery-route';
import type { ActionWish } from './action-wish';
import { MESSAGE_ACTIONS, type MessageParams } from './message-params';

/** All actions that have a name, whether a channel here can do them or not. */
const KNOWN: ReadonlySet<string> = new Set(
  'poll react reactions read unsend sendWithEffect renameGroup setGroupIcon addParticipant removeParticipant leaveGroup delete pin unpin list-pins permissions thread-create thread-list thread-reply search sticker sticker-search member-info role-info emoji-list emoji-upload sticker-upload role-add role-remove channel-info channel-list channel-create channel-edit channel-delete channel-move category-create category-edit category-delete voice-status event-list event-create timeout kick ban'.split(
    ' ',
  ),
);

/** Actions on people and places. */
export const CHANGES_RIGHTS: ReadonlySet<string> = new Set(
  'role-add role-remove channel-create channel-edit channel-delete channel-move category-create category-edit category-delete event-create timeout kick ban leaveGroup renameGroup removeParticipant addParticipant'.split(
    ' ',
  ),
);

/** Whether every channel has it. */
export const isShared = (action: string): boolean => (MESSAGE_ACTIONS as readonly string[]).includes(action);

export interface ActionRefusal {
  /** It is an action, and this channel hasn't got it. */
  isKnown: boolean;
  message: string;
}

/** Why a channel can't do an action; undefined where it can. @param own what it offers beside the shared ones */
export function actionRefusal(
  action: string,
  channel: string,
  own: readonly string[] | undefined,
): ActionRefusal | undefined {
  const offered = [...MESSAGE_ACTIONS, ...(own ?? [])];
  if (offered.includes(action)) return undefined;
  const isKnown = KNOWN.has(action);
  const what = isKnown ? `${channel} can't "${action}"` : `"${action}" is no action`;
  return { isKnown, message: `${what}; actions: ${offered.join(', ')}` };
}

/** What the platform is asked for. `pollOption` has at least two entries where it is there. */
export function wishOf(params: MessageParams, route: DeliveryRoute, messageId: string | undefined): ActionWish {
  const { emoji, userId, pollQuestion, pollOption } = params;
  const name = params.threadName ?? params.name;
  return {
    account: route.account,
    route,
    ...(messageId ? { messageId } : {}),
    ...(emoji ? { emoji } : {}),
    ...(params.remove ? { remove: true } : {}),
    ...(userId ? { userId } : {}),
    ...(name ? { name } : {}),
    ...(params.message ? { text: params.message } : {}),
    ...(params.query ? { query: params.query } : {}),
    ...(params.limit === undefined ? {} : { limit: params.limit }),
    ...(params.roleId ? { roleId: params.roleId } : {}),
    ...(params.minutes === undefined ? {} : { minutes: params.minutes }),
    ...(pollQuestion && pollOption
      ? {
          poll: {
            question: pollQuestion,
            options: pollOption,
            multiple: params.pollMulti === true,
            anonymous: true,
            ...(params.pollDurationHours ? { seconds: Math.round(params.pollDurationHours * 3600) } : {}),
          },
        }
      : {}),
  };
}
