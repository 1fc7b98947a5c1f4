import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { appRoot } from '../common/app-root';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../common/boot-step';
import { GatewayModule } from '../gateway/gateway.module';
import { HttpListenerService } from '../gateway/http/http-listener.service';
import { ListeningState } from '../gateway/http/listening-state';
import { RuntimeSettingsService } from '../gateway/runtime-settings.service';
import { uiHeaders } from './ui-headers';

/** Serves the built page on the gateway port and, unless that is switched off, on a port of its own. */
@BootStep({ visible: { name: 'Control UI', onFailure: 'degraded' } })
@Module({ imports: [GatewayModule] })
export class ControlUiModule implements OnModuleInit, OnApplicationBootstrap {
  private readonly folder = join(appRoot(), 'dist', 'ui');

  constructor(
    private readonly adapterHost: HttpAdapterHost<ExpressAdapter>,
    private readonly settings: RuntimeSettingsService,
    private readonly listener: HttpListenerService,
    private readonly listening: ListeningState,
  ) {}

  /** Files first, then the answer 404: so this has to happen before the bootstrap hooks. */
  onModuleInit(): void {
    const { controlUi } = this.settings.current;
    if (!controlUi.enabled || !this.isBuilt) return;
    this.adapterHost.httpAdapter.useStaticAssets(this.folder, {
      prefix: controlUi.basePath === '' ? '/' : `${controlUi.basePath}/`,
      setHeaders: (response, path) => {
        for (const [name, value] of Object.entries(uiHeaders(path))) response.setHeader(name, value);
      },
    });
  }

  async onApplicationBootstrap(): Promise<BootStepVerdict | undefined> {
    const { controlUi, uiPort, port, hosts, tls } = this.settings.current;
    if (!controlUi.enabled) return skipped('gateway.controlUi.enabled is false');
    if (!this.isBuilt) return degraded('the page is not built; run: npm run build');
    if (uiPort === 0 || uiPort === port) return undefined;
    const opened = await this.listener.listen(uiPort, hosts);
    this.listening.add({ ...opened, secure: tls !== undefined, purpose: 'control-ui' });
    return undefined;
  }

  private get isBuilt(): boolean {
    return existsSync(join(this.folder, 'index.html'));
  }
}
