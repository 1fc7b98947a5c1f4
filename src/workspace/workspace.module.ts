import { Module, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../common/boot-step';
import { SessionFolders } from './session-folder.service';
import { WorkspaceService } from './workspace.service';

@BootStep({ ready: { name: 'workspace', onFailure: 'fatal' } })
@Module({ providers: [SessionFolders, WorkspaceService], exports: [SessionFolders, WorkspaceService] })
export class WorkspaceModule implements OnModuleInit {
  constructor(private readonly workspace: WorkspaceService) {}

  onModuleInit(): void {
    this.workspace.ensureAll();
  }
}
