import { Module } from '@nestjs/common';
import { StorageModule } from '../storage/storage.module';
import { SessionStore } from './session.store';
import { SystemEventStore } from './system-event.store';
import { TodoTool } from './todo.tool';
import { TranscriptStore } from './transcript.store';

@Module({
  imports: [StorageModule],
  providers: [SessionStore, SystemEventStore, TodoTool, TranscriptStore],
  exports: [SessionStore, SystemEventStore, TranscriptStore],
})
export class SessionsModule {}
