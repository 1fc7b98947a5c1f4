import { Module, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../common/boot-step';
import { Redactor } from '../common/redactor';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { EventsModule } from '../events/events.module';
import { SkillAccess } from '../tools/exec/skill-access';
import { ToolsModule } from '../tools/tools.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import { SkillCatalog } from './catalog/skill-catalog.service';
import { CatalogSource } from './catalog/skill-source';
import { SkillRegistry } from './install/skill-registry.service';
import { SkillProposeTool } from './proposals/skill-propose.tool';
import { SkillsRpc } from './skills.rpc';
import { SkillsTrustRpc } from './skills-trust.rpc';

@BootStep({
  ready: { name: 'skills', onFailure: 'degraded' },
  visible: { name: 'skills-change listener', onFailure: 'degraded' },
})
@Module({
  imports: [EventsModule, ToolsModule, WorkspaceModule],
  providers: [SkillCatalog, SkillProposeTool, SkillRegistry, SkillsRpc, SkillsTrustRpc],
  exports: [SkillCatalog],
})
export class SkillsModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly catalog: SkillCatalog,
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
    private readonly access: SkillAccess,
  ) {}

  async onModuleInit(): Promise<BootStepVerdict | undefined> {
    await this.catalog.load();
    this.access.provide(new CatalogSource(this.catalog, this.config, this.redactor));
    const { broken } = this.catalog.shelfOf(defaultAgentId(this.config.config));
    return broken.length > 0
      ? degraded(`broken: ${broken.map((skill) => `${skill.filePath} (${skill.broken?.reason ?? ''})`).join('; ')}`)
      : undefined;
  }

  onApplicationBootstrap(): BootStepVerdict | undefined {
    return this.catalog.follow() ? undefined : skipped('skills.load.watch is false');
  }

  onApplicationShutdown(): void {
    this.catalog.close();
  }
}
