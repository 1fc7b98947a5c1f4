import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../common/boot-step';
import { DatabaseService } from './database.service';
import { LeaseService } from './lease.service';

@BootStep({ ready: { name: 'storage', onFailure: 'fatal' } })
@Module({ providers: [DatabaseService, LeaseService], exports: [DatabaseService, LeaseService] })
export class StorageModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly database: DatabaseService,
    private readonly leases: LeaseService,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.database.open();
    await this.leases.releaseAbandoned();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.leases.releaseAll().catch(() => undefined);
    await this.database.close();
  }
}
