import { Module } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { MemoryModule } from '../memory/memory.module';
import { ToolsModule } from '../tools/tools.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import { ApiRequestGuard } from './api-request-guard.service';
import { ApiFiles } from './api-files.service';
import { ApiTurns } from './api-turns.service';
import { ChatCompletionsController } from './chat-completions.controller';
import { EmbeddingsController } from './embeddings.controller';
import { ModelsController } from './models.controller';
import { OpenApiController } from './openapi.controller';
import { ResponsesController } from './responses.controller';
import { ToldContent } from './told-content.service';

/** The assistant in the formats of OpenAI's API. Off unless `gateway.http.endpoints` says otherwise. */
@Module({
  imports: [AgentModule, EventsModule, GatewayModule, MemoryModule, ToolsModule, WorkspaceModule],
  controllers: [
    ChatCompletionsController,
    EmbeddingsController,
    ModelsController,
    OpenApiController,
    ResponsesController,
  ],
  providers: [ApiRequestGuard, ApiFiles, ApiTurns, ToldContent],
})
export class HttpApiModule {}
