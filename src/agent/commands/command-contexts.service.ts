import { Injectable } from '@nestjs/common';
import { type Provenance, type ToolContext, isGuest } from '../../tools/agent-tool';
import { SessionFolders } from '../../workspace/session-folder.service';
import { ContextReportService } from '../context/context-report.service';
import type { CommandCall } from './chat-command';

/** What a person types themselves, nobody else has put into their mouth. */
const TYPED: Provenance = { origins: new Set(), vouchesFor: () => true, saidOpenly: () => true };

/** What a tool knows that a command calls. */
@Injectable()
export class CommandContexts {
  constructor(
    private readonly folders: SessionFolders,
    private readonly reports: ContextReportService,
  ) {}

  /** @param skill skill whose command this is */
  of({ sessionKey, agentId, giver, runId, signal }: CommandCall, skill?: string): ToolContext {
    const subject = this.reports.subjectOf(sessionKey, agentId, giver);
    const folder = this.folders.of(agentId, sessionKey, isGuest(subject));
    return {
      runId,
      callId: runId,
      sessionKey,
      sessionId: runId,
      agentId,
      workspace: folder.path,
      readOnly: folder.readOnly,
      model: 'none',
      isOwner: giver.isOwner,
      origin: {
        channel: giver.channel,
        account: giver.account,
        ...(giver.route ? { to: giver.route.to } : {}),
        ...(giver.route?.threadId ? { threadId: giver.route.threadId } : {}),
      },
      subject,
      provenance: skill === undefined ? TYPED : { ...TYPED, skills: new Set([skill]) },
      signal,
      update: () => undefined,
    };
  }
}
