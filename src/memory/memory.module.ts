import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module';
import { ToolsModule } from '../tools/tools.module';
import { UsageModule } from '../usage/usage.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import { Embeddings } from './embeddings.service';
import { MemoryGetTool } from './memory-get.tool';
import { MemorySearchTool } from './memory-search.tool';
import { MemoryRpc } from './memory.rpc';
import { MemoryReview } from './memory-review.service';
import { MemoryService } from './memory.service';

/** What the assistant has written down. The index is opened when it is first asked. */
@Module({
  imports: [SessionsModule, ToolsModule, UsageModule, WorkspaceModule],
  providers: [Embeddings, MemoryGetTool, MemoryRpc, MemoryReview, MemorySearchTool, MemoryService],
  exports: [Embeddings, MemoryReview],
})
export class MemoryModule implements OnApplicationShutdown {
  constructor(private readonly memory: MemoryService) {}

  async onApplicationShutdown(): Promise<void> {
    await this.memory.close();
  }
}
