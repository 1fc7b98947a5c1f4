import { Injectable } from '@nestjs/common';
import { findAgent } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { invalidRequest } from '../rpc/rpc-error';
import { FileOrigins } from '../tools/provenance/file-origins.store';
import { ReviewedTexts } from '../tools/provenance/reviewed-texts.service';
import { WorkspaceService } from '../workspace/workspace.service';

/** Files of an agent as the owner reads and writes them by methods. */
@Injectable()
export class AgentFileAccess {
  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
    readonly origins: FileOrigins,
    private readonly reviewed: ReviewedTexts,
  ) {}

  /** @throws RpcError INVALID_REQUEST */
  workspaceOf(agentId: string): string {
    const agent = findAgent(this.config.config, agentId);
    if (!agent) throw invalidRequest(`unknown agent id "${agentId}"`);
    return this.workspaces.pathOf(agent.id);
  }

  /** What the owner writes is the owner's, whoever wrote there before. */
  async writtenByOwner(path: string): Promise<void> {
    await this.origins.set(path, 'workspace');
    await this.reviewed.drop(path);
  }
}
