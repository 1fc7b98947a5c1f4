import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../common/boot-step';
import { GatewayModule } from '../gateway/gateway.module';
import { HttpListenerService } from '../gateway/http/http-listener.service';
import { ListeningState } from '../gateway/http/listening-state';
import { RuntimeSettingsService } from '../gateway/runtime-settings.service';
import { ControlUiRpc } from './control-ui.rpc';
import { isPageBuilt, pageFolder } from './page-folder';
import { pageFiles } from './page-files';
import { uiHeaders } from './ui-headers';

/** Serves the built page on the gateway port and, unless that is switched off, on a port of its own. */
@BootStep({ visible: { name: 'Control UI', onFailure: 'degraded' } })
@Module({ imports: [GatewayModule], providers: [ControlUiRpc] })
export class ControlUiModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly adapterHost: HttpAdapterHost<ExpressAdapter>,
    private readonly settings: RuntimeSettingsService,
    private readonly listener: HttpListenerService,
    private readonly listening: ListeningState,
  ) {}

  /** Files first, then the answer 404: so this has to happen before the bootstrap hooks. */
  onModuleInit(): void {
    const { controlUi } = this.settings.current;
    if (!controlUi.enabled || !isPageBuilt()) return;
    this.adapterHost.httpAdapter.use(pageFiles(pageFolder(), controlUi.basePath, uiHeaders));
  }

  async onApplicationBootstrap(): Promise<BootStepVerdict | undefined> {
    const { controlUi, uiPort, port, hosts, tls } = this.settings.current;
    if (!controlUi.enabled) return skipped('gateway.controlUi.enabled is false');
    if (!isPageBuilt()) return degraded('the page is not built; run: npm run build');
    if (uiPort === 0 || uiPort === port) return undefined;
    const opened = await this.listener.listen(uiPort, hosts);
    this.listening.add({ ...opened, secure: tls !== undefined, purpose: 'control-ui' });
    return undefined;
  }
}
