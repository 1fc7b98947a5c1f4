import {
  type BeforeApplicationShutdown,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BootStep } from '../common/boot-step';
import { sleep } from '../common/sleep';
import { RestartControl } from '../config/restart-control';
import { EventsModule } from '../events/events.module';
import { ReplicasModule } from '../replicas/replicas.module';
import { StorageModule } from '../storage/storage.module';
import { BroadcastModule } from './connection/broadcast.module';
import { Broadcaster } from './connection/broadcaster';
import { ConnectionKeeper } from './connection/connection-keeper';
import { ConnectionRegistry } from './connection/connection-registry';
import { Dispatcher } from './connection/dispatcher';
import { ResumeService } from './connection/resume.service';
import { FrameRouter } from './connection/frame-router';
import { HandshakeService } from './connection/handshake.service';
import { HelloService } from './connection/hello.service';
import { HelloSnapshot } from './connection/hello-snapshot';
import { JsonRpcService } from './connection/jsonrpc.service';
import { LoginThrottle } from './connection/login-throttle';
import { PresenceService } from './connection/presence.service';
import { RpcRegistry } from './connection/rpc-registry';
import { DevicePairingService } from './devices/device-pairing.service';
import { DeviceRpc } from './devices/device.rpc';
import { IdentityRpc } from './devices/identity.rpc';
import { NodePairRpc } from './devices/node-pair.rpc';
import { NodePairingService } from './devices/node-pairing.service';
import { PairingCodes } from './devices/pairing-codes';
import { HealthController } from './http/health.controller';
import { HttpAuthPort } from '../events/http-auth-port';
import { HttpAuth } from './http/http-auth.service';
import { HttpListenerService } from './http/http-listener.service';
import { ListeningState } from './http/listening-state';
import { RpcHttpController } from './http/rpc-http.controller';
import { OpenclawGateway } from './openclaw.gateway';
import { EmptyListsRpc } from './empty-lists.rpc';
import { PresenceRpc } from './presence.rpc';
import { CloseCode } from './protocol/close-codes';
import { ReadinessService } from './readiness.service';
import { RuntimeConfigModule } from './runtime-config.module';
import { RuntimeSettingsService } from './runtime-settings.service';

/** Clients may come back this long after a shutdown that is followed by a start. */
const RETRY_AFTER_MS = 1000;
const SOCKET_GRACE_MS = 500;

@BootStep({
  ready: { name: 'RPC methods', onFailure: 'fatal' },
  visible: { name: 'attach WebSocket handlers', onFailure: 'fatal' },
})
@Module({
  imports: [BroadcastModule, DiscoveryModule, EventsModule, ReplicasModule, StorageModule, RuntimeConfigModule],
  controllers: [HealthController, RpcHttpController],
  providers: [
    ConnectionKeeper,
    DevicePairingService,
    DeviceRpc,
    Dispatcher,
    FrameRouter,
    ResumeService,
    HandshakeService,
    HelloService,
    HelloSnapshot,
    HttpAuth,
    HttpListenerService,
    JsonRpcService,
    ListeningState,
    LoginThrottle,
    OpenclawGateway,
    EmptyListsRpc,
    IdentityRpc,
    NodePairRpc,
    NodePairingService,
    PairingCodes,
    PresenceRpc,
    PresenceService,
    ReadinessService,
    RpcRegistry,
  ],
  exports: [
    BroadcastModule,
    DevicePairingService,
    HelloSnapshot,
    HelloService,
    HttpListenerService,
    ListeningState,
    NodePairingService,
    PresenceService,
    ReadinessService,
    RpcRegistry,
    RuntimeConfigModule,
  ],
})
export class GatewayModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    private readonly registry: RpcRegistry,
    private readonly listener: HttpListenerService,
    private readonly listening: ListeningState,
    private readonly settings: RuntimeSettingsService,
    private readonly keeper: ConnectionKeeper,
    private readonly dispatcher: Dispatcher,
    private readonly broadcaster: Broadcaster,
    private readonly connections: ConnectionRegistry,
    private readonly presence: PresenceService,
    private readonly readiness: ReadinessService,
    private readonly restart: RestartControl,
    private readonly httpAuthPort: HttpAuthPort,
    private readonly httpAuth: HttpAuth,
  ) {}

  onModuleInit(): void {
    this.httpAuthPort.open((request, response) => this.httpAuth.admit(request, response));
    this.registry.collect();
  }

  async onApplicationBootstrap(): Promise<void> {
    const { port, hosts, tls } = this.settings.current;
    const opened = await this.listener.listen(port, hosts);
    this.listening.add({ ...opened, secure: tls !== undefined, purpose: 'gateway' });
    this.keeper.start();
  }

  onModuleDestroy(): void {
    this.readiness.markDraining();
    this.dispatcher.refuseNewWork(this.restart.intent.restartExpectedMs ?? RETRY_AFTER_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.broadcaster.send({ event: 'shutdown', payload: this.restart.intent });
    for (const connection of this.connections.all()) connection.close(CloseCode.serviceRestart, 'service restart');
    const deadline = performance.now() + SOCKET_GRACE_MS;
    while (this.connections.size > 0 && performance.now() < deadline) await sleep(5);
    for (const connection of this.connections.all()) connection.terminate();
    this.keeper.stop();
    this.presence.stop();
    await this.listener.close(SOCKET_GRACE_MS);
  }
}
