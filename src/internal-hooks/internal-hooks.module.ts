import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { BootStep, type BootStepVerdict, skipped } from '../common/boot-step';
import { ConfigService } from '../config/config.service';
import { EventsModule } from '../events/events.module';
import { StorageModule } from '../storage/storage.module';
import { ToolsModule } from '../tools/tools.module';
import { HookCatalog } from './hook-catalog.service';
import { InternalHooksRpc } from './internal-hooks.rpc';
import { InternalHooks } from './internal-hooks.service';

@BootStep({ visible: { name: 'internal hooks', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, EventsModule, StorageModule, ToolsModule],
  providers: [HookCatalog, InternalHooks, InternalHooksRpc],
})
export class InternalHooksModule implements OnApplicationBootstrap {
  constructor(
    private readonly hooks: InternalHooks,
    private readonly config: ConfigService,
  ) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    this.hooks.listen();
    return this.config.config.hooks?.internal?.enabled === true
      ? undefined
      : skipped('hooks.internal.enabled is not true');
  }
}
