import { shortId } from '../../common/short-id';
import type { ReplyButton } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { visibleLines, visibleText } from '../../common/visible-text';
import type { ToolContext } from '../agent-tool';
import type { ApprovalDecision } from './approval-decision';
import { type ApprovalRequest, choicesOf, factsOf, lengthOf } from './approval-request';
import type { ApprovalsConfig } from './approvals.config';

const ANSWER_WITHIN = 'Answer within';
/** What is longer is not asked in chats: nobody reads ten messages before he presses a button. */
const MAX_IN_CHAT = 8000;

export interface AskedApproval {
  id: string;
  request: ApprovalRequest;
  createdAtMs: number;
  expiresAtMs: number;
  /** Calls of one step that are asked for together; each has an id of its own. */
  calls?: readonly AskedApproval[];
}

type Asked = Pick<AskedApproval, 'request'> & { calls?: readonly Asked[] };

/** Characters that somebody has to read before he can decide. */
export const lengthOfAll = ({ request, calls }: Asked): number =>
  calls ? calls.reduce((sum, call) => sum + lengthOf(call.request), 0) : lengthOf(request);

/** The part of an id that people type. */

/** Whether the whole question can be put into a chat; if not, it is answered on the page or the command line only. */
export const fitsChat = (asked: Asked): boolean => lengthOfAll(asked) <= MAX_IN_CHAT;

/** Everything that will happen, for a terminal. Values are indented: none can pass for another line of the question. */
export function approvalLines(request: ApprovalRequest, calls?: readonly Asked[]): string[] {
  if (!calls) return linesOf(request);
  return calls.flatMap((call, index) => [
    `${index + 1} of ${calls.length}, ${whatIs(call.request)}:`,
    ...linesOf(call.request).map((line) => `  ${line}`),
  ]);
}

const whatIs = ({ kind, tool }: ApprovalRequest): string => (kind === 'exec' ? 'command' : visibleText(tool));

function linesOf(request: ApprovalRequest): string[] {
  return [
    ...factsOf(request),
    { label: 'Why', text: request.reason },
    { label: 'Conversation', text: request.sessionKey },
    ...(request.asker === undefined ? [] : [{ label: 'Asked by', text: request.asker }]),
    ...(choicesOf(request).includes('allow-always') ? [{ label: 'Always means', text: request.rule ?? '' }] : []),
    ...(request.sessionRule === undefined ? [] : [{ label: 'For this conversation means', text: request.sessionRule }]),
  ].flatMap(({ label, text }) => [
    `${visibleText(label)}:`,
    ...visibleLines(text)
      .split('\n')
      .map((line) => `  ${line}`),
  ]);
}

/** The question as it is asked in a chat. The channel puts it into as many messages as it takes. */
export function approvalText(asked: AskedApproval): string {
  const { request, id, calls } = asked;
  const slug = shortId(id);
  const title = `Approval needed (${calls ? `${calls.length} calls` : whatIs(request)})`;
  if (!fitsChat(asked))
    return `${title}: it is too long to be read here (${lengthOfAll(asked)} characters). Decide on the page of the gateway, or with: openclaw approvals pending, openclaw approvals resolve ${slug} <decision>`;
  return [
    `${title}:`,
    '```',
    // Nothing inside may end the block: what follows would be read as markup.
    ...approvalLines(request, calls).map((line) => line.replace(/`{3,}/g, (run) => '⟨U+0060⟩'.repeat(run.length))),
    '```',
    `${ANSWER_WITHIN} ${Math.round((asked.expiresAtMs - asked.createdAtMs) / 1000)} s, or it is denied:`,
    ...(calls ? ['All of them:'] : []),
    ...choicesOf(request).map((choice) => `/approve ${slug} ${choice}`),
    ...(calls ?? []).flatMap((call, index) => [
      `Only ${index + 1}:`,
      `/approve ${shortId(call.id)} ${choicesOf(call.request).join('|')}`,
    ]),
  ].join('\n');
}

/**
 * The end of a question that nobody answers any more: what was answered takes the place of the ways to answer.
 * @param by who answered; `timeout` where nobody did, or the turn was stopped before
 */
export function closedText(text: string, isAllowed: boolean, by: string): string {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => line.startsWith(`${ANSWER_WITHIN} `));
  const asked = (at < 0 ? lines : lines.slice(0, at)).map((line) => `${line}\n`).join('');
  if (by === 'timeout') return `${asked}Nobody answered, so it was denied.`;
  return `${asked}${isAllowed ? 'Allowed' : 'Denied'} by ${visibleText(by)}.`;
}

/** A common question that is too long for a chat is asked call by call where each of them fits. */
export const chatQuestions = (asked: AskedApproval): readonly AskedApproval[] =>
  asked.calls && !fitsChat(asked) && asked.calls.every(fitsChat) ? asked.calls : [asked];

const LABELS: Readonly<Record<ApprovalDecision, string>> = {
  'allow-once': 'Allow once',
  'allow-session': 'For this conversation',
  'allow-always': 'Always',
  deny: 'Deny',
};

/** Calls of a common question that get buttons of their own: chats show five rows at the most. */
const MOST_ROWS = 4;

/** The same answers to press. */
export function approvalButtons(asked: AskedApproval): ReplyButton[][] {
  if (!fitsChat(asked)) return [];
  const row = ({ request, id }: AskedApproval, which: string): ReplyButton[] =>
    choicesOf(request).map((choice) => ({
      label: `${which}${LABELS[choice]}`,
      says: `/approve ${shortId(id)} ${choice}`,
    }));
  const { calls = [] } = asked;
  if (calls.length === 0) return [row(asked, '')];
  return [row(asked, 'All: '), ...(calls.length > MOST_ROWS ? [] : calls.map((call, at) => row(call, `${at + 1}: `)))];
}

/** Deliveries by which a question was put into chats, at the most. */
export const questionRuns = (id: string, config: ApprovalsConfig | undefined): string[] =>
  Array.from({ length: 1 + (config?.exec?.targets?.length ?? 0) }, (_, index) => questionRun(id, index));

/** @param index of the chat among those that are asked */
export const questionRun = (id: string, index: number): string => `approval:${id}:${index}`;

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
