import { Module, type OnModuleInit } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { ToolsModule } from '../tools/tools.module';
import { CanvasTool } from './canvas.tool';
import { NodeRegistry } from './node-registry.service';
import { NodesRpc } from './nodes.rpc';
import { NodesTool } from './nodes.tool';

/** Paired devices that do things: phones, other machines. */
@Module({
  imports: [EventsModule, GatewayModule, ToolsModule],
  providers: [CanvasTool, NodeRegistry, NodesRpc, NodesTool],
})
export class NodesModule implements OnModuleInit {
  constructor(private readonly nodes: NodeRegistry) {}

  onModuleInit(): void {
    this.nodes.listen();
  }
}
