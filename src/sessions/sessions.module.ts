import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module';
import { SessionStatusTool } from './session-status.tool';
import { SessionStore } from './session.store';
import { TodoTool } from './todo.tool';
import { TranscriptStore } from './transcript.store';

@Module({
  imports: [StorageModule],
  providers: [SessionStatusTool, SessionStore, TodoTool, TranscriptStore],
  exports: [SessionStore, TranscriptStore],
})
export class SessionsModule {}
