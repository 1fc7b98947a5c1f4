import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { AgentModule } from '../agent/agent.module';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../common/boot-step';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { HttpListenerService } from '../gateway/http/http-listener.service';
import { ListeningState } from '../gateway/http/listening-state';
import { RuntimeSettingsService } from '../gateway/runtime-settings.service';
import { ControlUiRpc } from './control-ui.rpc';
import { OtherPage } from './other-page';
import { isPageBuilt, pageFolder } from './page-folder';
import { pageFiles } from './page-files';
import { uiHeaders } from './ui-headers';
import { PageData } from './page-data.service';
import { WorkspaceModule } from '../workspace/workspace.module';

/** Serves the built page on the gateway port and, unless that is switched off, on a port of its own. */
@BootStep({ visible: { name: 'Control UI', onFailure: 'degraded' } })
@Module({ imports: [AgentModule, EventsModule, GatewayModule, WorkspaceModule], providers: [ControlUiRpc, PageData] })
export class ControlUiModule implements OnModuleInit, OnApplicationBootstrap {
  /** The page of `gateway.controlUi.root`, or what is wrong with it. */
  private other: OtherPage | string | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost<ExpressAdapter>,
    private readonly settings: RuntimeSettingsService,
    private readonly listener: HttpListenerService,
    private readonly listening: ListeningState,
    private readonly data: PageData,
  ) {}

  /** Behind the routes, before the answer 404: so this has to happen before the bootstrap hooks. */
  onModuleInit(): void {
    const { controlUi } = this.settings.current;
    if (!controlUi.enabled) return;
    if (controlUi.root !== undefined) this.other = OtherPage.in(controlUi.root, controlUi.basePath);
    this.adapterHost.httpAdapter.use(this.data.handler(controlUi.basePath));
    if (this.other instanceof OtherPage) this.adapterHost.httpAdapter.use(this.other.serve);
    else if (isPageBuilt()) this.adapterHost.httpAdapter.use(pageFiles(pageFolder(), controlUi.basePath, uiHeaders));
  }

  async onApplicationBootstrap(): Promise<BootStepVerdict | undefined> {
    const { controlUi } = this.settings.current;
    if (!controlUi.enabled) return skipped('gateway.controlUi.enabled is false');
    if (!(this.other instanceof OtherPage) && !isPageBuilt())
      return degraded('the page is not built; run: npm run build');
    await this.openPort();
    return typeof this.other === 'string' ? degraded(this.other) : undefined;
  }

  private async openPort(): Promise<void> {
    const { uiPort, port, hosts, tls } = this.settings.current;
    if (uiPort === 0 || uiPort === port) return;
    const opened = await this.listener.listen(uiPort, hosts);
    this.listening.add({ ...opened, secure: tls !== undefined, purpose: 'control-ui' });
  }
}
