import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BootStep } from '../common/boot-step';
import { ApprovalsModule } from './approvals/approvals.module';
import { EditTool } from './builtin/edit.tool';
import { ExecTool } from './builtin/exec.tool';
import { LsTool } from './builtin/ls.tool';
import { ReadTool } from './builtin/read.tool';
import { WriteTool } from './builtin/write.tool';
import { ToolPolicyService } from './policy/tool-policy.service';
import { BubblewrapDriver } from './sandbox/bubblewrap.driver';
import { ToolExecutor } from './tool-executor.service';
import { ToolRegistry } from './tool-registry.service';

@BootStep({ ready: { name: 'tools', onFailure: 'fatal' } })
@Module({
  imports: [DiscoveryModule, ApprovalsModule],
  providers: [
    BubblewrapDriver,
    EditTool,
    ExecTool,
    LsTool,
    ReadTool,
    ToolExecutor,
    ToolPolicyService,
    ToolRegistry,
    WriteTool,
  ],
  exports: [ToolExecutor, ToolPolicyService, ToolRegistry, BubblewrapDriver],
})
export class ToolsModule implements OnModuleInit {
  constructor(private readonly registry: ToolRegistry) {}

  onModuleInit(): void {
    this.registry.collect();
  }
}
