import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { BootStep, type BootStepVerdict, degraded } from '../common/boot-step';
import { ChannelDirectory } from '../events/channel-directory';
import { EventsModule } from '../events/events.module';
import { StorageModule } from '../storage/storage.module';
import { AccountRuns } from './account-runs.service';
import { AccountSupervisor } from './account-supervisor.service';
import { AckReactions } from './ack-reactions.service';
import { AccessWarnings } from './access/access-warnings.service';
import { JudgePersonRpc } from './access/judge-person.rpc';
import { KnownPeopleList } from './access/known-people.service';
import { PairedRoles } from './access/paired-roles.service';
import { ShownPairing } from './access/shown-pairing.service';
import { OwnWords } from './own-words.service';
import { PairingService } from './access/pairing.service';
import { BotLoopGuard } from './bots/bot-loop-guard.service';
import { ChannelCommands } from './channel.commands';
import { ChannelCursorStore } from './channel-cursor.store';
import { ChannelIntake } from './channel-intake.service';
import { ChannelManager } from './channel-manager.service';
import { ChannelStatus } from './channel-status.service';
import { ChannelsRpc } from './channels.rpc';
import { DirectoryRpc } from './directory.rpc';
import { MessageActionRpc } from './message-action.rpc';
import { MessageContent } from './message-content.service';
import { MessageTool } from './message.tool';
import { ThreadHistory } from './thread-history.service';
import { WebLoginRpc } from './web-login.rpc';
import { TryCredentialsRpc } from './try-credentials.rpc';
import { PollStore } from './polls/poll.store';
import { RouteRpc } from './route.rpc';
import { UpdateIntake } from './update-intake.service';

@BootStep({
  ready: { name: 'channel logs and runtimes', onFailure: 'degraded' },
  visible: { name: 'channel manager', onFailure: 'degraded' },
})
@Module({
  imports: [AgentModule, EventsModule, StorageModule],
  providers: [
    UpdateIntake,
    AccessWarnings,
    AccountRuns,
    AccountSupervisor,
    AckReactions,
    BotLoopGuard,
    ChannelCommands,
    ChannelCursorStore,
    ChannelIntake,
    ChannelManager,
    ChannelStatus,
    ChannelsRpc,
    DirectoryRpc,
    JudgePersonRpc,
    KnownPeopleList,
    MessageActionRpc,
    MessageContent,
    MessageTool,
    OwnWords,
    PairedRoles,
    ShownPairing,
    PairingService,
    PollStore,
    RouteRpc,
    ThreadHistory,
    TryCredentialsRpc,
    WebLoginRpc,
  ],
  exports: [ChannelManager, ChannelStatus, PairingService, PollStore],
})
export class ChannelsModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly manager: ChannelManager,
    private readonly status: ChannelStatus,
    private readonly acks: AckReactions,
    private readonly access: AccessWarnings,
    private readonly threads: ThreadHistory,
  ) {}

  onModuleInit(): void {
    this.directory.collect();
    this.acks.listen();
    this.access.listen();
    this.threads.listen();
  }

  /** Accounts are listed; each channel's own module starts them. */
  onApplicationBootstrap(): BootStepVerdict | undefined {
    this.manager.prepare();
    const unsupported = this.status.unsupported();
    return unsupported.length > 0 ? degraded(`not available here: ${unsupported.join(', ')}`) : undefined;
  }
}
