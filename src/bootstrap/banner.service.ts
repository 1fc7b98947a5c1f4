import { Injectable } from '@nestjs/common';
import { ModelRegistry } from '../agent/providers/model-registry.service';
import { nameOf } from '../agent/runtime/model-step.service';
import { ChannelStatus } from '../channels/channel-status.service';
import { loginLink } from '../gateway/http/login-link';
import { fingerprintOf } from '../gateway/http/own-certificate';
import { ListeningState } from '../gateway/http/listening-state';
import { bracketed, uiAddresses } from '../gateway/http/ui-addresses';
import { RuntimeSettingsService } from '../gateway/runtime-settings.service';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { SkillCatalog } from '../skills/catalog/skill-catalog.service';
import { countSkills } from '../skills/catalog/skill-status';
import { ToolRegistry } from '../tools/tool-registry.service';
import { renderBanner } from './banner';
import { isLeftByOpenclaw } from '../operations/migrate/left-behind';
import { BootReport } from './boot-report.service';

/** Gathers the facts of the banner from the running gateway. */
@Injectable()
export class BannerService {
  constructor(
    private readonly report: BootReport,
    private readonly listening: ListeningState,
    private readonly settings: RuntimeSettingsService,
    private readonly models: ModelRegistry,
    private readonly tools: ToolRegistry,
    private readonly channels: ChannelStatus,
    private readonly skills: SkillCatalog,
    private readonly config: ConfigService,
  ) {}

  /** @param options.firstStart the token was made just now, so the link may be shown even where output is kept */
  render(options: { firstStart: boolean }): string {
    const { auth, controlUi, tls } = this.settings.current;
    const tools = this.tools.all();
    const core = tools.filter((tool) => tool.declaration.core).length;
    const pages = controlUi.enabled ? uiAddresses(this.listening.list(), controlUi.basePath) : [];
    const [firstUi] = pages;
    const mayShow = (options.firstStart || process.stdout.isTTY) && firstUi !== undefined && auth.secret !== undefined;
    return renderBanner(
      {
        port: this.listening.gatewayPort,
        model: this.modelName(),
        tools: { core, further: tools.length - core },
        skills: countSkills(this.skills.judgedOf(defaultAgentId(this.config.config))),
        channels: this.channels.states(),
        controlUi: pages,
        listening: this.listening
          .list()
          .filter((address) => address.purpose === 'gateway')
          .flatMap((address) =>
            address.hosts.map((host) => `${address.secure ? 'wss' : 'ws'}://${bracketed(host)}:${address.port}`),
          ),
        ...(tls ? { certificate: fingerprintOf(tls.cert) } : {}),
        ...(isLeftByOpenclaw(this.config.stateDir) ? { leftByOpenclaw: this.config.stateDir } : {}),
        ...(mayShow ? { loginLink: loginLink(firstUi, auth) } : {}),
      },
      this.report,
    );
  }

  /** Model of the default agent, or why there is none. */
  modelName(): string {
    try {
      return nameOf(this.models.resolve(defaultAgentId(this.config.config)).info);
    } catch (error) {
      return `not usable (${(error as Error).message})`;
    }
  }
}
