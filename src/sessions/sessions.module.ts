import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { StorageModule } from '../storage/storage.module';
import { ConversationTitles } from './conversation-titles';
import { SessionStore } from './session.store';
import { SystemEventStore } from './system-event.store';
import { TodoTool } from './todo.tool';
import { TranscriptSearch } from './transcript-search';
import { TranscriptStore } from './transcript.store';

@Module({
  imports: [EventsModule, StorageModule],
  providers: [ConversationTitles, SessionStore, SystemEventStore, TodoTool, TranscriptSearch, TranscriptStore],
  exports: [ConversationTitles, SessionStore, SystemEventStore, TranscriptSearch, TranscriptStore],
})
export class SessionsModule {}
