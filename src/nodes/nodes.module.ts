import { Module, type OnModuleInit } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { RemoteExec } from '../tools/exec/remote-exec';
import { SkillsModule } from '../skills/skills.module';
import { ToolsModule } from '../tools/tools.module';
import { CanvasTool } from './canvas.tool';
import { runOnNode } from './node-exec';
import { NodePrograms } from './node-programs.service';
import { NodeRegistry } from './node-registry.service';
import { NodesRpc } from './nodes.rpc';
import { NodesTool } from './nodes.tool';

/** Paired devices that do things: phones, other machines. */
@Module({
  imports: [EventsModule, GatewayModule, SkillsModule, ToolsModule],
  providers: [CanvasTool, NodePrograms, NodeRegistry, NodesRpc, NodesTool],
})
export class NodesModule implements OnModuleInit {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly remote: RemoteExec,
    private readonly programs: NodePrograms,
  ) {}

  onModuleInit(): void {
    this.nodes.listen();
    this.programs.listen();
    this.remote.provide((command, context) => runOnNode(this.nodes, command, context));
  }
}
