import type { ReplyButton } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import type { ToolContext } from '../agent-tool';
import type { ApprovalRequest, PendingApproval } from './approval.service';
import type { ApprovalsConfig } from './approvals.config';

const MAX_COMMAND = 1500;

/** The part of an id that people type. */
export const shortId = (id: string): string => id.slice(0, 8);

/** The question as it is asked in a chat. */
export function approvalText(pending: PendingApproval): string {
  const { request, id } = pending;
  const slug = shortId(id);
  const command = request.command.length > MAX_COMMAND ? `${request.command.slice(0, MAX_COMMAND)}…` : request.command;
  const choices = ['allow-once', ...(request.canAlways ? ['allow-always'] : []), 'deny'];
  return [
    `Approval needed (${request.kind === 'exec' ? 'command' : request.tool}), because ${request.reason}:`,
    '',
    ...command.split('\n').map((line) => `    ${line}`),
    '',
    ...(request.kind === 'exec' ? [`Folder: ${request.cwd}`, `Where: ${request.host}`] : []),
    `Answer within ${Math.round((pending.expiresAtMs - pending.createdAtMs) / 1000)} s, or it is denied:`,
    ...choices.map((choice) => `/approve ${slug} ${choice}`),
  ].join('\n');
}

/** The same answers to press. */
export const approvalButtons = ({ request, id }: PendingApproval): ReplyButton[][] => [
  [
    { label: 'Allow once', says: `/approve ${shortId(id)} allow-once` },
    ...(request.canAlways ? [{ label: 'Always', says: `/approve ${shortId(id)} allow-always` }] : []),
    { label: 'Deny', says: `/approve ${shortId(id)} deny` },
  ],
];

/**
 * Chats in which an approval is asked: the one whose turn asks, unless the configuration says otherwise, and the
 * configured targets.
 */
export function approvalRoutes(
  config: ApprovalsConfig | undefined,
  request: ApprovalRequest,
  origin: ToolContext['origin'],
): DeliveryRoute[] {
  const forward = config?.exec;
  const covered =
    (!forward?.agentFilter?.length || forward.agentFilter.includes(request.agentId)) &&
    (!forward?.sessionFilter?.length || forward.sessionFilter.some((part) => request.sessionKey.includes(part)));
  const routes: DeliveryRoute[] = [];
  const inSession = forward?.enabled === undefined || (forward.enabled && covered && forward.mode !== 'targets');
  if (inSession && origin.to !== undefined) {
    const { channel, account, to, threadId, chatType } = origin;
    routes.push({ channel, account, to, ...(threadId ? { threadId } : {}), ...(chatType ? { chatType } : {}) });
  }
  if (forward?.enabled && covered && (forward.mode === 'targets' || forward.mode === 'both')) {
    for (const { channel, to, accountId, threadId } of forward.targets ?? [])
      routes.push({
        channel,
        account: accountId ?? 'default',
        to,
        ...(threadId === undefined ? {} : { threadId: String(threadId) }),
      });
  }
  return routes;
}
