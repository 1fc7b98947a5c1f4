import { Module } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { StorageModule } from '../storage/storage.module';
import { TaskStore } from './task-store';
import { TasksRpc } from './tasks.rpc';
import { TasksService } from './tasks.service';

@Module({ imports: [AgentModule, StorageModule], providers: [TaskStore, TasksRpc, TasksService] })
export class TasksModule {}
