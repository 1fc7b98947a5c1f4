import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { systemClock } from '../../common/clock';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { OutboundPort } from '../../events/outbound-port';
import { DatabaseService } from '../../storage/database.service';
import { type ApprovalDecision, isPermission } from './approval-decision';
import { closedText, questionRuns } from './approval-text';
import { ApprovalStore } from './approval.store';

interface ResolvedQuestion {
  id: string;
  decision: ApprovalDecision;
  resolvedBy: string;
}

/** Questions in chats say what was answered, and offer no buttons any more. */
@Injectable()
export class AnsweredQuestions implements OnModuleDestroy {
  private readonly store: ApprovalStore;
  private readonly unlisten: () => void;

  constructor(
    events: EventBus,
    database: DatabaseService,
    private readonly outbound: OutboundPort,
    private readonly config: ConfigService,
  ) {
    this.store = new ApprovalStore(database, systemClock);
    this.unlisten = events.on('wire.event', ({ event, payload }) =>
      event === 'exec.approval.resolved' ? this.close(payload as ResolvedQuestion) : undefined,
    );
  }

  onModuleDestroy(): void {
    this.unlisten();
  }

  private async close({ id, decision, resolvedBy }: ResolvedQuestion): Promise<void> {
    const reword = (text: string): string => closedText(text, isPermission(decision), resolvedBy);
    // Those of one step that were too long together were asked one by one.
    const ids = [id, ...(await this.store.ofQuestion(id)).map((row) => row.id)];
    const runs = ids.flatMap((each) => questionRuns(each, this.config.config.approvals));
    await Promise.all(runs.map((run) => this.outbound.close(run, reword)));
  }
}
