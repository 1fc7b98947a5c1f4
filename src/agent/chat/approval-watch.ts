import { createInterface } from 'node:readline/promises';
import { printNote } from '../../common/cli/output';
import { messageOf } from '../../common/openclaw-error';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import type { EventFrame } from '../../gateway/protocol/frames';
import { shortId } from '../../common/short-id';
import { approvalLines } from '../../tools/approvals/approval-text';
import { type PendingApproval, hashOf } from '../../tools/approvals/pending-approval';
import { decisionOf, readApproval } from '../../tools/approvals/read-approval';

/** How the person at this terminal can answer: in the conversation, when asked, or with another command. */
export type AnswerBy = 'chat' | 'prompt' | 'command';

/** Shows at once what a run waits for, and takes the answer where there is somebody to give it. */
export class ApprovalWatch {
  /** Questions that were shown, with those of their calls that are not decided yet. */
  private readonly shown = new Map<string, { prompt: AbortController; open: readonly PendingApproval[] }>();

  constructor(
    private readonly client: GatewayClient,
    private readonly runId: string,
    private readonly by: AnswerBy,
  ) {}

  receive({ event, payload }: EventFrame): void {
    if (event === 'exec.approval.requested') {
      const pending = payload as PendingApproval;
      if ((pending.request.runName ?? pending.request.runId) === this.runId) this.show(pending);
    } else if (event === 'exec.approval.resolved') {
      const { id, decision, resolvedBy } = payload as { id: string; decision: string; resolvedBy: string };
      for (const shown of this.shown.values()) shown.open = shown.open.filter((call) => call.id !== id);
      const shown = this.shown.get(id);
      if (!shown) return;
      this.shown.delete(id);
      shown.prompt.abort();
      printNote(`Decided: ${decision} (${resolvedBy}).`);
    }
  }

  /** Nobody is asked any more. */
  close(): void {
    for (const { prompt } of this.shown.values()) prompt.abort();
    this.shown.clear();
  }

  private show(pending: PendingApproval): void {
    const seconds = Math.max(0, Math.round((pending.expiresAtMs - Date.now()) / 1000));
    printNote(`The assistant waits for your decision (denied by itself in ${seconds} s).`);
    for (const line of approvalLines(pending.request, pending.calls)) printNote(line);
    this.shown.set(pending.id, { prompt: new AbortController(), open: pending.calls ?? [] });
    if (this.by === 'prompt') return void this.ask(pending);
    const command = this.by === 'chat' ? '/approve' : 'openclaw approvals resolve';
    for (const { id, choices, which } of answersTo(pending))
      printNote(`Answer with: ${command} ${shortId(id)} ${choices.join('|')}${which}`);
  }

  private async ask(pending: PendingApproval): Promise<void> {
    const signal = this.shown.get(pending.id)?.prompt.signal;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const { calls = [] } = pending;
    const single = calls.length > 0 ? `, or 1 to ${calls.length} and an answer for that one` : '';
    try {
      for (;;) {
        const answer = await terminal.question(`${pending.choices.join(' / ')}${single}? `, signal ? { signal } : {});
        const words = answer.trim().split(/\s+/);
        const call = calls[Number(words[0]) - 1];
        const [word = '', ...why] = call ? words.slice(1) : words;
        const decision = decisionOf(word);
        const { id, choices } = call ?? pending;
        if (decision === undefined || !choices.includes(decision)) continue;
        const open = this.shown.get(pending.id)?.open ?? [];
        // What is left of a common question is another one than was asked at first.
        const hash = call ? call.hash : calls.length > 0 ? hashOf(open) : pending.hash;
        if (!call) this.shown.delete(pending.id);
        await resolveApproval(this.client, `${id} ${decision} ${why.join(' ')}`, hash);
        if (!call) return;
      }
    } catch {
      // Decided elsewhere, or the run is over.
    } finally {
      terminal.close();
    }
  }
}

/** What can be answered: the question as a whole, and each call of it. */
const answersTo = ({ id, choices, calls }: PendingApproval): { id: string; choices: string[]; which: string }[] => [
  { id, choices, which: calls ? ' (all of them)' : '' },
  ...(calls ?? []).map((call, index) => ({ id: call.id, choices: call.choices, which: ` (only ${index + 1})` })),
];

/** Sends the answer that somebody typed; says what became of it. */
export async function resolveApproval(client: GatewayClient, text: string, hash?: string): Promise<void> {
  const { id, decision, reason } = readApproval(text);
  if (id === undefined || decision === undefined) {
    printNote('Write /approve <id> and one of allow-once, allow-session, allow-always, deny.');
    return;
  }
  try {
    await client.call('exec.approval.resolve', {
      id,
      decision,
      ...(reason ? { reason } : {}),
      ...(hash ? { hash } : {}),
    });
    printNote(`Decided: ${decision}.`);
  } catch (error) {
    printNote(`Not decided: ${messageOf(error)}`);
  }
}
