import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { BootStep } from '../common/boot-step';
import { ApprovalsModule } from './approvals/approvals.module';
import { BrowserRequestRpc } from './browser/browser-request.rpc';
import { BrowserPlaces } from './browser/browser-place.service';
import { BrowserService } from './browser/browser.service';
import { BrowserTool } from './browser/browser.tool';
import { ApplyPatchTool } from './builtin/apply-patch.tool';
import { FindTool } from './builtin/find.tool';
import { GrepTool } from './builtin/grep.tool';
import { EditTool } from './builtin/edit.tool';
import { ProcessTool } from './builtin/process.tool';
import { LsTool } from './builtin/ls.tool';
import { ReadTool } from './builtin/read.tool';
import { WriteTool } from './builtin/write.tool';
import { ToolPolicyService } from './policy/tool-policy.service';
import { PdfGenerateTool } from './documents/pdf-generate.tool';
import { PptGenerateTool } from './documents/ppt-generate.tool';
import { EventsModule } from '../events/events.module';
import { PlanMode } from './plan/plan-mode.service';
import { ProposePlanTool } from './plan/propose-plan.tool';
import { SessionsModule } from '../sessions/sessions.module';
import { StorageModule } from '../storage/storage.module';
import { ExecPermit } from './exec/exec-permit.service';
import { RemoteExec } from './exec/remote-exec';
import { SkillAccess } from './exec/skill-access';
import { ExecTool } from './exec/exec.tool';
import { GitGuard } from './git/git-guard.service';
import { OutboundFiles } from './files/outbound-files.service';
import { LeavingFiles } from './files/leaving-files.service';
import { OutboundSources } from './files/outbound-sources.service';
import { FileWriter } from './files/file-writer.service';
import { JudgeRpc } from './judge/judge.rpc';
import { AssumedSubject } from './policy/assumed-subject.service';
import { PolicyRpc } from './policy/policy.rpc';
import { ToolsCatalogRpc } from './policy/tools-catalog.rpc';
import { ProcessRegistry } from './processes/process-registry.service';
import { CommandFiles } from './provenance/command-files.service';
import { ReviewedTexts } from './provenance/reviewed-texts.service';
import { FileOrigins } from './provenance/file-origins.store';
import { SinkGate } from './provenance/sink-gate.service';
import { BubblewrapDriver } from './sandbox/bubblewrap.driver';
import { CommandLauncher } from './exec/command-launcher.service';
import { SandboxRpc } from './sandbox/sandbox.rpc';
import { SessionRooms } from './sandbox/session-room.service';
import { ToolInvoker } from './invoke/tool-invoker.service';
import { ToolsInvokeRpc } from './invoke/tools-invoke.rpc';
import { ToolsHttpController } from './invoke/tools-http.controller';
import { McpClients } from './mcp/mcp-clients.service';
import { McpServerController } from './mcp/mcp-server.controller';
import { SpeechService } from './speech/speech.service';
import { FindToolsTool } from './catalog/find-tools.tool';
import { CallService } from './voice/call.service';
import { VoiceCallTool } from './voice/voice-call.tool';
import { VoiceWebhookController } from './voice/voice-webhook.controller';
import { GuardedHttp } from './web/guarded-http.service';
import { WebFetchTool } from './web/web-fetch.tool';
import { WebSearchTool } from './web/web-search.tool';
import { WorkspaceModule } from '../workspace/workspace.module';
import { EventBus } from '../events/event-bus';
import { ToolExecutor } from './tool-executor.service';
import { ToolRegistry } from './tool-registry.service';

@BootStep({ ready: { name: 'tools', onFailure: 'fatal' } })
@Module({
  imports: [DiscoveryModule, ApprovalsModule, EventsModule, SessionsModule, StorageModule, WorkspaceModule],
  controllers: [McpServerController, ToolsHttpController, VoiceWebhookController],
  providers: [
    PlanMode,
    ProposePlanTool,
    BrowserRequestRpc,
    BrowserPlaces,
    BrowserService,
    BrowserTool,
    BubblewrapDriver,
    CallService,
    ApplyPatchTool,
    AssumedSubject,
    FindTool,
    FindToolsTool,
    GitGuard,
    GrepTool,
    GuardedHttp,
    JudgeRpc,
    CommandFiles,
    EditTool,
    ExecPermit,
    ExecTool,
    FileOrigins,
    FileWriter,
    LsTool,
    McpClients,
    OutboundFiles,
    LeavingFiles,
    OutboundSources,
    PdfGenerateTool,
    PolicyRpc,
    ToolsCatalogRpc,
    PptGenerateTool,
    ProcessRegistry,
    ProcessTool,
    ReadTool,
    ReviewedTexts,
    RemoteExec,
    SkillAccess,
    SandboxRpc,
    SessionRooms,
    CommandLauncher,
    SinkGate,
    SpeechService,
    ToolExecutor,
    ToolInvoker,
    ToolsInvokeRpc,
    ToolPolicyService,
    ToolRegistry,
    VoiceCallTool,
    WebFetchTool,
    WebSearchTool,
    WriteTool,
  ],
  exports: [
    PlanMode,
    ProcessRegistry,
    ApprovalsModule,
    SinkGate,
    FileOrigins,
    FileWriter,
    GitGuard,
    ReviewedTexts,
    GuardedHttp,
    OutboundFiles,
    LeavingFiles,
    OutboundSources,
    SessionRooms,
    RemoteExec,
    SkillAccess,
    SpeechService,
    ToolExecutor,
    ToolPolicyService,
    ToolRegistry,
    BubblewrapDriver,
  ],
})
export class ToolsModule implements OnModuleInit {
  constructor(
    private readonly registry: ToolRegistry,
    private readonly mcp: McpClients,
    private readonly events: EventBus,
  ) {}

  onModuleInit(): void {
    this.registry.collect();
    this.events.on('gateway.ready', () => this.mcp.start());
  }
}
