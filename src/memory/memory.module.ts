import { Module } from '@nestjs/common';
import { ToolsModule } from '../tools/tools.module';
import { MemoryGetTool } from './memory-get.tool';
import { MemorySearchTool } from './memory-search.tool';

/** What the assistant has written down. */
@Module({ imports: [ToolsModule], providers: [MemoryGetTool, MemorySearchTool] })
export class MemoryModule {}
