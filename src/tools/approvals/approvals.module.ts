import { Module, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../../common/boot-step';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { StorageModule } from '../../storage/storage.module';
import { AnsweredQuestions } from './answered-questions.service';
import { ApprovalRpc } from './approval.rpc';
import { ApprovalService } from './approval.service';
import { ClientApprovals } from './client-approvals.service';
import { ConversationGrants } from './conversation-grants.service';
import { ExecApprovalsFile } from './exec-approvals-file';
import { ExecApprovalsRpc } from './exec-approvals.rpc';
import { GrantedRules } from './granted-rules.service';

@BootStep({ ready: { name: 'exec-approval manager', onFailure: 'fatal' } })
@Module({
  imports: [EventsModule, StorageModule],
  providers: [
    AnsweredQuestions,
    ApprovalService,
    ApprovalRpc,
    ClientApprovals,
    ConversationGrants,
    ExecApprovalsFile,
    ExecApprovalsRpc,
    GrantedRules,
  ],
  exports: [ApprovalService, ExecApprovalsFile, GrantedRules],
})
export class ApprovalsModule implements OnModuleInit {
  private readonly log: Logger;

  constructor(
    private readonly approvals: ApprovalService,
    private readonly file: ExecApprovalsFile,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('approvals');
  }

  async onModuleInit(): Promise<void> {
    this.tell();
    await this.approvals.expireStale();
    this.warn();
  }

  /** Not what was to be run: that is for those who decide. */
  private tell(): void {
    this.events.on('approval.asked', ({ ids, tool, sessionKey, runId }) => {
      for (const approval of ids)
        this.log.info({ approval, tool, session: sessionKey, runId }, 'a call waits for an approval');
    });
    this.events.on('approval.decided', ({ ids, decision, by }) => {
      for (const approval of ids) this.log.info({ approval, decision, by }, 'an approval was decided');
    });
  }

  /** A file that can't be read stops the calls that need it, not the start. */
  private warn(): void {
    try {
      for (const warning of this.file.warnings()) this.log.warn({}, warning);
    } catch (error) {
      this.log.warn({}, messageOf(error));
    }
  }
}
