import { Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BootStep } from '../common/boot-step';
import { ConfigService } from '../config/config.service';
import { GatewayFlags } from '../config/gateway-flags';
import { gatewayPort, uiPort } from '../config/ports';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { InboxModule } from '../inbox/inbox.module';
import { ReplicasModule } from '../replicas/replicas.module';
import { Replicas } from '../replicas/replicas.service';
import { SessionsModule } from '../sessions/sessions.module';
import { StorageModule } from '../storage/storage.module';
import { SkillsModule } from '../skills/skills.module';
import { MemoryModule } from '../memory/memory.module';
import { ToolsModule } from '../tools/tools.module';
import { UsageModule } from '../usage/usage.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import { AgentFileAccess } from './agent-file-access.service';
import { AgentFilesRpc } from './agent-files.rpc';
import { AgentWorkspaceRpc } from './agent-workspace.rpc';
import { AgentsEditRpc } from './agents-edit.rpc';
import { AgentsRpc } from './agents.rpc';
import { AgentIntake } from './chat/agent-intake.service';
import { AgentRunRpc } from './chat/agent-run.rpc';
import { ChatHistoryService } from './chat/chat-history.service';
import { ChatMedia } from './chat/chat-media.service';
import { ChatRpc } from './chat/chat.rpc';
import { DirectAnswerService } from './chat/direct-answer.service';
import { RestartNoteService } from './chat/restart-note.service';
import { SessionNotes } from './chat/session-notes.service';
import { ChatCommands } from './commands/chat-commands.service';
import { CommandContexts } from './commands/command-contexts.service';
import { CommandLane } from './commands/command-lane.service';
import { CommandRegistry } from './commands/command-registry.service';
import { CommandsRpc } from './commands/commands.rpc';
import { CommandRunner } from './commands/command-runner.service';
import { InfoCommands } from './commands/info.commands';
import { TodoCommands } from './commands/todo.commands';
import { LevelCommands } from './commands/level.commands';
import { OwnerCommands } from './commands/owner.commands';
import { SessionCommands } from './commands/session.commands';
import { MemoryFlush } from './context/memory-flush.service';
import { ContextReportService } from './context/context-report.service';
import { MemoryCommands } from './commands/memory.commands';
import { PromptFrameService } from './prompt/prompt-frame.service';
import { TokenGauges } from './prompt/token-gauge.service';
import { WorkspaceTexts } from './prompt/workspace-texts';
import { SessionArchive } from './sessions/session-archive.service';
import { CredentialProfiles } from './providers/credential-profiles.service';
import { ModelChoice } from './providers/model-choice.service';
import { ModelFactsService } from './providers/facts/model-facts.service';
import { ModelCooldown } from './providers/model-cooldown.service';
import { ModelRegistry } from './providers/model-registry.service';
import { ModelsCatalogRpc } from './providers/models-catalog.rpc';
import { ModelsAuthRpc } from './providers/models-auth.rpc';
import { ModelsListRpc } from './providers/models-list.rpc';
import { ModelsProbeRpc } from './providers/models-probe.rpc';
import { ModelStepService } from './runtime/model-step.service';
import { PassedOverNotes } from './runtime/passed-over.service';
import { SideCallService } from './runtime/side-call.service';
import { SessionsHistoryTool } from './sessions/sessions-history.tool';
import { SessionsSearchTool } from './sessions/sessions-search.tool';
import { PlanCommands } from './commands/plan.commands';
import { BranchCommands } from './commands/branch.commands';
import { SessionsListTool } from './sessions/sessions-list.tool';
import { CompactionService } from './context/compaction.service';
import { CompactionStore } from './context/compaction.store';
import { ContextHistory } from './context/context-history.service';
import { SessionOrigins } from './context/session-origins.service';
import { ImageGenerateTool } from './media/image-generate.tool';
import { Handovers } from './media/handover.service';
import { ImageTool } from './media/image.tool';
import { Attachments } from './chat/attachments';
import { MediaController } from './media/media.controller';
import { MediaStore } from './media/media-store.service';
import { ReceivedFiles } from './media/received-files.service';
import { ReceivedFilesStore } from './media/received-files.store';
import { Transcription } from './media/transcription.service';
import { SessionStatusTool } from './sessions/session-status.tool';
import { StatusCard } from './commands/status-card.service';
import { SkillCommands } from './skills/skill.commands';
import { SpeechMaker } from './media/speech-maker.service';
import { SpeechPrefs } from './media/speech-prefs.service';
import { SpeechCommands } from './media/speech.commands';
import { TtsRpc } from './media/tts.rpc';
import { SpokenAnswers } from './media/spoken-answers.service';
import { SpokenText } from './media/spoken-text.service';
import { TtsTool } from './media/tts.tool';
import { ThreadContext } from './chat/thread-context.service';
import { WebPictures } from './media/web-pictures.service';
import { GatewayTool } from './self/gateway.tool';
import { SessionBranchesRpc } from './sessions/session-branches.rpc';
import { SessionBranches } from './sessions/session-branches.service';
import { SessionArtifactsRpc } from './sessions/session-artifacts.rpc';
import { SessionFilesRpc } from './sessions/session-files.rpc';
import { SessionProgressRpc } from './sessions/session-progress.rpc';
import { SessionFollowRpc } from './sessions/session-follow.rpc';
import { SessionsRpc } from './sessions/sessions.rpc';
import { QuestionsRpc } from './chat/questions.rpc';
import { ChatStartupRpc } from './chat/chat-startup.rpc';
import { ChatSender } from './chat/chat-sender.service';
import { SessionCreateRpc } from './sessions/session-create.rpc';
import { SessionFeed } from './sessions/session-feed.service';
import { SessionGroupsRpc } from './sessions/session-groups.rpc';
import { SessionGroupsStore } from './sessions/session-groups.store';
import { SessionRows } from './sessions/session-rows.service';
import { SessionTalkRpc } from './sessions/session-talk.rpc';
import { AskUserTool } from './turns/ask-user.tool';
import { AskedQuestions } from './turns/asked-questions.service';
import { LaneService } from './turns/lane.service';
import { NextTurn } from './turns/next-turn.service';
import { StopRequests } from './turns/stop-requests.service';
import { PutAside } from './turns/put-aside.service';
import { RunOutcomeService } from './turns/run-outcome.service';
import { TurnCloser } from './turns/turn-closer.service';
import { SuspectStore } from './turns/suspect.store';
import { Suspects } from './turns/suspects.service';
import { TurnGate } from './turns/turn-gate.service';
import { TurnPlanner } from './turns/turn-planner.service';
import { TurnRunner } from './turns/turn-runner.service';
import { TurnStarter } from './turns/turn-starter.service';
import { TurnStore } from './turns/turn.store';

/** How long running turns may take to end when the gateway stops: nobody goes on with them before its next start. */
const DRAIN_MS = 3000;
/** The same where another gateway goes on with them at once. */
const HAND_OVER_MS = 1000;

@BootStep({
  ready: { name: 'default dependencies', onFailure: 'fatal' },
  visible: { name: 'runtime state', onFailure: 'fatal' },
})
@Module({
  imports: [
    DiscoveryModule,
    EventsModule,
    StorageModule,
    InboxModule,
    MemoryModule,
    ReplicasModule,
    SessionsModule,
    SkillsModule,
    ToolsModule,
    UsageModule,
    WorkspaceModule,
  ],
  controllers: [MediaController],
  providers: [
    ChatSender,
    ChatStartupRpc,
    SessionCreateRpc,
    SessionFeed,
    SessionGroupsRpc,
    SessionGroupsStore,
    SessionRows,
    SessionTalkRpc,
    AgentFileAccess,
    AgentFilesRpc,
    AgentWorkspaceRpc,
    AgentIntake,
    AgentRunRpc,
    AgentsEditRpc,
    AgentsRpc,
    AskUserTool,
    AskedQuestions,
    QuestionsRpc,
    Attachments,
    ChatCommands,
    ChatHistoryService,
    ChatMedia,
    ChatRpc,
    CompactionService,
    CompactionStore,
    CommandContexts,
    CommandLane,
    CommandRegistry,
    CommandRunner,
    CommandsRpc,
    SessionStatusTool,
    SkillCommands,
    StatusCard,
    ContextHistory,
    CredentialProfiles,
    ContextReportService,
    InfoCommands,
    LevelCommands,
    TodoCommands,
    MediaStore,
    MemoryFlush,
    OwnerCommands,
    MemoryCommands,
    PromptFrameService,
    TokenGauges,
    WorkspaceTexts,
    SessionArchive,
    SessionCommands,
    DirectAnswerService,
    GatewayTool,
    Handovers,
    ImageTool,
    LaneService,
    NextTurn,
    StopRequests,
    ModelChoice,
    ModelCooldown,
    ModelFactsService,
    ModelRegistry,
    ModelsCatalogRpc,
    ModelsAuthRpc,
    ModelsListRpc,
    ModelsProbeRpc,
    ModelStepService,
    RestartNoteService,
    RunOutcomeService,
    SessionNotes,
    SessionOrigins,
    SessionsHistoryTool,
    SessionsSearchTool,
    ImageGenerateTool,
    BranchCommands,
    PlanCommands,
    SessionsListTool,
    SessionBranches,
    SessionBranchesRpc,
    SessionArtifactsRpc,
    SessionFilesRpc,
    SessionFollowRpc,
    SessionProgressRpc,
    SessionsRpc,
    SideCallService,
    SpeechCommands,
    SpeechMaker,
    SpeechPrefs,
    SpokenAnswers,
    SpokenText,
    ReceivedFiles,
    ReceivedFilesStore,
    Transcription,
    TtsRpc,
    TtsTool,
    PassedOverNotes,
    PutAside,
    SuspectStore,
    Suspects,
    TurnCloser,
    TurnGate,
    TurnPlanner,
    TurnRunner,
    TurnStarter,
    TurnStore,
    ThreadContext,
    WebPictures,
  ],
  exports: [
    AgentIntake,
    AgentsRpc,
    Attachments,
    ChatCommands,
    CommandRegistry,
    CredentialProfiles,
    InboxModule,
    LaneService,
    MediaStore,
    ModelRegistry,
    ReceivedFiles,
    RunOutcomeService,
    SessionNotes,
    SessionOrigins,
    SessionsModule,
    ToolsModule,
    TurnStore,
    UsageModule,
    WorkspaceModule,
  ],
})
export class AgentModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly models: ModelRegistry,
    private readonly lanes: LaneService,
    private readonly commandLane: CommandLane,
    private readonly config: ConfigService,
    private readonly flags: GatewayFlags,
    private readonly restartNote: RestartNoteService,
    private readonly notes: SessionNotes,
    private readonly flush: MemoryFlush,
    private readonly spoken: SpokenAnswers,
    private readonly feed: SessionFeed,
    private readonly events: EventBus,
    private readonly replicas: Replicas,
  ) {}

  async onModuleInit(): Promise<void> {
    const { config, env } = this.config;
    await this.models.discover([gatewayPort(config, env, this.flags), uiPort(env, this.flags)]);
  }

  async onApplicationBootstrap(): Promise<void> {
    const open = await this.lanes.recover();
    const commands = await this.commandLane.recover();
    this.notes.listen();
    this.flush.listen();
    this.spoken.listen();
    this.feed.listen();
    this.events.on('gateway.ready', async () => {
      this.lanes.start(open);
      this.commandLane.start(commands);
      await this.restartNote.tell();
    });
  }

  async onModuleDestroy(): Promise<void> {
    const graceMs = this.replicas.known.length > 0 ? HAND_OVER_MS : DRAIN_MS;
    await Promise.all([this.lanes.drain(graceMs), this.commandLane.drain(graceMs)]);
  }
}
