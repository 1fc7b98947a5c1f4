import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module';
import { SessionStore } from './session.store';
import { TodoTool } from './todo.tool';
import { TranscriptStore } from './transcript.store';

@Module({
  imports: [StorageModule],
  providers: [SessionStore, TodoTool, TranscriptStore],
  exports: [SessionStore, TranscriptStore],
})
export class SessionsModule {}
