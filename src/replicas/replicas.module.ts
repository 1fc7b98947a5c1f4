import { type BeforeApplicationShutdown, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../common/boot-step';
import { EventsModule } from '../events/events.module';
import { StorageModule } from '../storage/storage.module';
import { ClusterReports } from './cluster-report.service';
import { ClusterRpc } from './cluster.rpc';
import { Elsewhere } from './elsewhere.service';
import { Leader } from './leader.service';
import { ReplicaStore } from './replica.store';
import { Replicas } from './replicas.service';

@BootStep({ ready: { name: 'other gateways', onFailure: 'fatal' } })
@Module({
  imports: [EventsModule, StorageModule],
  providers: [ClusterReports, ClusterRpc, Elsewhere, Leader, ReplicaStore, Replicas],
  exports: [Elsewhere, Leader, ReplicaStore, Replicas],
})
export class ReplicasModule implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    private readonly replicas: Replicas,
    private readonly leader: Leader,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.replicas.start();
    await this.leader.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.replicas.drain();
  }

  /** After everybody who has something to tell. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.replicas.stop();
  }
}
