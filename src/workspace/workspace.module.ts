import { Module, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../common/boot-step';
import { WorkspaceService } from './workspace.service';

@BootStep({ ready: { name: 'workspace', onFailure: 'fatal' } })
@Module({ providers: [WorkspaceService], exports: [WorkspaceService] })
export class WorkspaceModule implements OnModuleInit {
  constructor(private readonly workspace: WorkspaceService) {}

  onModuleInit(): void {
    this.workspace.ensureAll();
  }
}
