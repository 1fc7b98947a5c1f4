import { Module } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { EventsModule } from '../events/events.module';
import { MemoryModule } from '../memory/memory.module';
import { ToolsModule } from '../tools/tools.module';
import { ApiDoor } from './api-door.service';
import { ApiTurns } from './api-turns.service';
import { ChatCompletionsController } from './chat-completions.controller';
import { EmbeddingsController } from './embeddings.controller';
import { ModelsController } from './models.controller';
import { ResponsesController } from './responses.controller';
import { ToldContent } from './told-content.service';

/** The assistant in the formats of OpenAI's API. Off unless `gateway.http.endpoints` says otherwise. */
@Module({
  imports: [AgentModule, EventsModule, MemoryModule, ToolsModule],
  controllers: [ChatCompletionsController, EmbeddingsController, ModelsController, ResponsesController],
  providers: [ApiDoor, ApiTurns, ToldContent],
})
export class HttpApiModule {}
