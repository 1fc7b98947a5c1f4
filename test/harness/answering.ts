import type { ApprovalDecision } from '../../src/tools/approvals/approval-decision';
import type { PendingApproval } from '../../src/tools/approvals/pending-approval';
import type { WireClient } from './wire-client';

/** Somebody who answers each question at once, and what was asked. */
export class Answering {
  readonly questions: PendingApproval[] = [];
  private seen = 0;
  private readonly watcher: NodeJS.Timeout;

  /** @param decide what is answered: always the same, or by the question */
  constructor(
    private readonly client: WireClient,
    private readonly decide:
      ApprovalDecision | ((question: PendingApproval) => ApprovalDecision | Promise<ApprovalDecision>),
  ) {
    this.watcher = setInterval(() => this.look(), 10);
  }

  end(): void {
    clearInterval(this.watcher);
  }

  private look(): void {
    const { frames } = this.client;
    for (; this.seen < frames.length; this.seen++) {
      const { event, payload } = frames[this.seen] ?? {};
      if (event !== 'exec.approval.requested') continue;
      const question = payload as unknown as PendingApproval;
      this.questions.push(question);
      void this.answer(question);
    }
  }

  private async answer(question: PendingApproval): Promise<void> {
    const decision = await (typeof this.decide === 'function' ? this.decide(question) : this.decide);
    // The gateway may end while somebody still answers.
    await this.client.call('exec.approval.resolve', { id: question.id, decision }).catch(() => undefined);
  }
}
