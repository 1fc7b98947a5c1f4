import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { BootStep } from '../common/boot-step';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { StorageModule } from '../storage/storage.module';
import { ApprovalsModule } from '../tools/approvals/approvals.module';
import { AgentsListTool } from './agents-list.tool';
import { DialogueService } from './dialogue.service';
import { SessionsSendTool } from './sessions-send.tool';
import { SessionsSpawnTool } from './sessions-spawn.tool';
import { SubagentCommands } from './subagent.commands';
import { SubagentService } from './subagent.service';
import { SubagentStore } from './subagent.store';

@BootStep({ visible: { name: 'subagent registry', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, ApprovalsModule, EventsModule, StorageModule],
  providers: [
    AgentsListTool,
    DialogueService,
    SessionsSendTool,
    SessionsSpawnTool,
    SubagentCommands,
    SubagentService,
    SubagentStore,
  ],
})
export class SubagentsModule implements OnApplicationBootstrap {
  constructor(
    private readonly subagents: SubagentService,
    private readonly dialogues: DialogueService,
    private readonly events: EventBus,
  ) {}

  onApplicationBootstrap(): void {
    this.dialogues.listen();
    this.events.on('gateway.ready', async () => {
      await this.subagents.start();
      await this.dialogues.start();
    });
  }
}
