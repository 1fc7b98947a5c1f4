import { Module, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { StorageModule } from '../../storage/storage.module';
import { ApprovalRpc } from './approval.rpc';
import { ApprovalService } from './approval.service';
import { ExecApprovalsFile } from './exec-approvals-file';

@BootStep({ ready: { name: 'exec-approval manager', onFailure: 'fatal' } })
@Module({
  imports: [EventsModule, StorageModule],
  providers: [ApprovalService, ApprovalRpc, ExecApprovalsFile],
  exports: [ApprovalService, ExecApprovalsFile],
})
export class ApprovalsModule implements OnModuleInit {
  constructor(private readonly approvals: ApprovalService) {}

  async onModuleInit(): Promise<void> {
    await this.approvals.expireStale();
  }
}
