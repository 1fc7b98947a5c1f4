import type { CommandRegistry } from '../../agent/commands/command-registry.service';
import type { Logger } from '../../common/logger';
import { defaultAgentId } from '../../config/agent-entries';
import type { ConfigService } from '../../config/config.service';
import { apiErrorText } from './telegram-errors';
import { menuOf } from './telegram-menu';
import type { TelegramAccountConfig } from './telegram.config';

/** Commands in the menu of the app; what is missing there can be typed all the same. */
export class TelegramMenus {
  /** Menu of each account as it was set last. */
  private readonly set = new Map<string, string>();

  constructor(
    private readonly config: ConfigService,
    private readonly commands: CommandRegistry,
    private readonly log: Logger,
    private readonly call: (account: string, method: string, params: Record<string, unknown>) => Promise<unknown>,
  ) {}

  async publish(account: string, settings: TelegramAccountConfig, signal: AbortSignal): Promise<void> {
    const { config } = this.config;
    const native = settings.commands?.native ?? config.commands?.native ?? 'auto';
    if (native === false) return;
    const withSkills = (settings.commands?.nativeSkills ?? config.commands?.nativeSkills ?? 'auto') !== false;
    const all = this.commands.all(defaultAgentId(config));
    const custom = settings.customCommands ?? [];
    const commands = menuOf(all, { withSkills, custom });
    try {
      const wanted = JSON.stringify(commands);
      if (this.set.get(account) === wanted || signal.aborted) return;
      await this.call(account, 'setMyCommands', { commands, scope: { type: 'all_private_chats' } });
      await this.call(account, 'setMyCommands', {
        commands: menuOf(all, { withSkills, custom, inGroups: true }),
        scope: { type: 'all_group_chats' },
      });
      this.set.set(account, wanted);
    } catch (error) {
      this.log.debug({ account }, `the menu was not set: ${apiErrorText(error)}`);
    }
  }
}
