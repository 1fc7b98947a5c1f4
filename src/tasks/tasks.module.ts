import { Module, type OnModuleInit } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { EventsModule } from '../events/events.module';
import { StatusParts } from '../events/status-parts';
import { StorageModule } from '../storage/storage.module';
import { countTasks } from './task-counts';
import { TaskStore } from './task-store';
import { TasksRpc } from './tasks.rpc';
import { TasksService } from './tasks.service';

@Module({ imports: [AgentModule, EventsModule, StorageModule], providers: [TaskStore, TasksRpc, TasksService] })
export class TasksModule implements OnModuleInit {
  constructor(
    private readonly status: StatusParts,
    private readonly tasks: TasksService,
  ) {}

  onModuleInit(): void {
    this.status.provide(async () => ({ tasks: countTasks(await this.tasks.all()) }));
  }
}
