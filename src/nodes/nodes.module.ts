import { Module, type OnModuleInit } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { InboxModule } from '../inbox/inbox.module';
import { ReplicasModule } from '../replicas/replicas.module';
import { SessionsModule } from '../sessions/sessions.module';
import { RemoteExec } from '../tools/exec/remote-exec';
import { SkillsModule } from '../skills/skills.module';
import { ToolsModule } from '../tools/tools.module';
import { CanvasTool } from './canvas.tool';
import { runOnNode } from './node-exec';
import { NodeEvents } from './node-events.service';
import { NodePending } from './node-pending.service';
import { NodePrograms } from './node-programs.service';
import { NodeRegistry } from './connected-nodes.service';
import { NodeWorkRpc } from './node-work.rpc';
import { NodesRpc } from './nodes.rpc';
import { NodesTool } from './nodes.tool';
import { VoiceRpc } from './voice.rpc';
import { WakeWords } from './wake-words.service';

/** Paired devices that do things: phones, other machines. */
@Module({
  imports: [EventsModule, GatewayModule, InboxModule, ReplicasModule, SessionsModule, SkillsModule, ToolsModule],
  providers: [
    CanvasTool,
    NodeEvents,
    NodePending,
    NodePrograms,
    NodeRegistry,
    NodeWorkRpc,
    NodesRpc,
    NodesTool,
    VoiceRpc,
    WakeWords,
  ],
})
export class NodesModule implements OnModuleInit {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly remote: RemoteExec,
    private readonly programs: NodePrograms,
    private readonly words: WakeWords,
  ) {}

  onModuleInit(): void {
    this.nodes.listen();
    this.programs.listen();
    this.words.listen();
    this.remote.provide((command, context) => runOnNode(this.nodes, command, context));
  }
}
