import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentModule } from '../../agent/agent.module';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../../common/boot-step';
import { ConfigService } from '../../config/config.service';
import { EventsModule } from '../../events/events.module';
import { StorageModule } from '../../storage/storage.module';
import { ToolsModule } from '../../tools/tools.module';
import { HookCatalog } from './hook-catalog.service';
import { HookCopies } from './hook-copies.service';
import { HooksRpc } from './hooks.rpc';
import { HooksService } from './hooks.service';

@BootStep({ visible: { name: 'internal hooks', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, EventsModule, StorageModule, ToolsModule],
  providers: [HookCatalog, HookCopies, HooksService, HooksRpc],
})
export class HooksModule implements OnApplicationBootstrap {
  constructor(
    private readonly hooks: HooksService,
    private readonly config: ConfigService,
  ) {}

  async onApplicationBootstrap(): Promise<BootStepVerdict | undefined> {
    this.hooks.listen();
    if (this.config.config.hooks?.internal?.enabled !== true) return skipped('hooks.internal.enabled is not true');
    const faults = await this.hooks.faults();
    return faults.length > 0 ? degraded(faults.join('; ')) : undefined;
  }
}
