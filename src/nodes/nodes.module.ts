import { Module, type OnModuleInit } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { RemoteExec } from '../tools/exec/remote-exec';
import { ToolsModule } from '../tools/tools.module';
import { CanvasTool } from './canvas.tool';
import { runOnNode } from './node-exec';
import { NodeRegistry } from './node-registry.service';
import { NodesRpc } from './nodes.rpc';
import { NodesTool } from './nodes.tool';

/** Paired devices that do things: phones, other machines. */
@Module({
  imports: [EventsModule, GatewayModule, ToolsModule],
  providers: [CanvasTool, NodeRegistry, NodesRpc, NodesTool],
})
export class NodesModule implements OnModuleInit {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly remote: RemoteExec,
  ) {}

  onModuleInit(): void {
    this.nodes.listen();
    this.remote.provide((command, context) => runOnNode(this.nodes, command, context));
  }
}
