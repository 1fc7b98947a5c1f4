import { join } from 'node:path';
import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { appRoot } from '../../common/app-root';
import { BootStep, type BootStepVerdict, skipped } from '../../common/boot-step';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { isLoopbackAddress } from '../../common/net/address';
import { RuntimeConfigModule } from '../../gateway/runtime-config.module';
import { RuntimeSettingsService } from '../../gateway/runtime-settings.service';
import { gatewayAdvert } from './gateway-advert';

/** Tells the local network where the gateway is. Without multicast it goes on untold. */
@BootStep({ visible: { name: 'discovery', onFailure: 'degraded' } })
@Module({ imports: [EventsModule, RuntimeConfigModule] })
export class DiscoveryModule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private goodbye: Promise<() => Promise<void>> | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly settings: RuntimeSettingsService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('discovery');
  }

  onApplicationBootstrap(): BootStepVerdict | undefined {
    const { mdns, wideArea } = this.config.config.discovery ?? {};
    const mode = mdns?.mode ?? 'minimal';
    if (wideArea?.enabled)
      this.log.warn({}, 'discovery.wideArea is not offered; the gateway is told of by mDNS in the local network only');
    if (mode === 'off') return skipped('discovery.mdns.mode is off');
    if (this.config.env.isOn('OPENCLAW_DISABLE_BONJOUR')) return skipped('OPENCLAW_DISABLE_BONJOUR is set');
    if (this.settings.current.hosts.every(isLoopbackAddress)) return skipped('only this machine reaches the gateway');
    this.events.on('gateway.ready', ({ port }) => {
      const advert = gatewayAdvert(this.settings.current, port, mode, join(appRoot(), 'bin', 'openclaw'));
      this.goodbye = import('./mdns').then(({ advertise }) =>
        advertise(mdns ?? {}, advert, (error) => this.failed(error)),
      );
      this.goodbye.catch((error: unknown) => this.failed(error));
    });
    return undefined;
  }

  async onModuleDestroy(): Promise<void> {
    const goodbye = await this.goodbye?.catch(() => undefined);
    await goodbye?.();
  }

  private failed(error: unknown): void {
    this.log.warn({}, `nobody in the network is told of the gateway: ${messageOf(error)}`);
  }
}
