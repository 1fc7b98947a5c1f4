import { createInterface } from 'node:readline/promises';
import { printNote } from '../../common/cli/output';
import { messageOf } from '../../common/openclaw-error';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import type { EventFrame } from '../../gateway/protocol/frames';
import { approvalLines, shortId } from '../../tools/approvals/approval-text';
import type { PendingApproval } from '../../tools/approvals/approval.service';
import { decisionOf, readApproval } from '../../tools/approvals/read-approval';

/** How the person at this terminal can answer: in the conversation, when asked, or with another command. */
export type AnswerBy = 'chat' | 'prompt' | 'command';

/** Shows at once what a run waits for, and takes the answer where there is somebody to give it. */
export class ApprovalWatch {
  private readonly prompts = new Map<string, AbortController>();

  constructor(
    private readonly client: GatewayClient,
    private readonly runId: string,
    private readonly by: AnswerBy,
  ) {}

  receive({ event, payload }: EventFrame): void {
    if (event === 'exec.approval.requested') {
      const pending = payload as PendingApproval;
      if (pending.request.runId === this.runId) this.show(pending);
    } else if (event === 'exec.approval.resolved') {
      const { id, decision, resolvedBy } = payload as { id: string; decision: string; resolvedBy: string };
      const prompt = this.prompts.get(id);
      if (!prompt) return;
      this.prompts.delete(id);
      prompt.abort();
      printNote(`Decided: ${decision} (${resolvedBy}).`);
    }
  }

  /** Nobody is asked any more. */
  close(): void {
    for (const prompt of this.prompts.values()) prompt.abort();
    this.prompts.clear();
  }

  private show(pending: PendingApproval): void {
    const seconds = Math.max(0, Math.round((pending.expiresAtMs - Date.now()) / 1000));
    printNote(`The assistant waits for your decision (denied by itself in ${seconds} s).`);
    for (const line of approvalLines(pending.request)) printNote(line);
    const slug = shortId(pending.id);
    const choices = pending.choices.join('|');
    this.prompts.set(pending.id, new AbortController());
    if (this.by === 'chat') printNote(`Answer with: /approve ${slug} ${choices}`);
    else if (this.by === 'command') printNote(`Answer with: openclaw approvals resolve ${slug} ${choices}`);
    else void this.ask(pending);
  }

  private async ask(pending: PendingApproval): Promise<void> {
    const signal = this.prompts.get(pending.id)?.signal;
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      for (;;) {
        const answer = await terminal.question(`${pending.choices.join(' / ')}? `, signal ? { signal } : {});
        const [word = '', ...why] = answer.trim().split(/\s+/);
        const decision = decisionOf(word);
        if (decision === undefined || !pending.choices.includes(decision)) continue;
        this.prompts.delete(pending.id);
        await resolveApproval(this.client, `${pending.id} ${decision} ${why.join(' ')}`, pending.hash);
        return;
      }
    } catch {
      // Decided elsewhere, or the run is over.
    } finally {
      terminal.close();
    }
  }
}

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
