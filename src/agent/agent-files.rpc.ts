import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { decodeOwnText } from '../common/text/decode-text';
import { findAgent } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { ToolError } from '../tools/agent-tool';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { BOOTSTRAP, WORKSPACE_TEMPLATES } from '../workspace/workspace-templates';
import { FileOrigins } from '../tools/provenance/file-origins.store';
import { ReviewedTexts } from '../tools/provenance/reviewed-texts.service';
import { WorkspaceService } from '../workspace/workspace.service';
import { AgentFileParams, AgentFileSetParams, AgentFilesParams } from './agents.dto';

/** Files that shape an agent; no others can be named. */
const NAMES = [...Object.keys(WORKSPACE_TEMPLATES), BOOTSTRAP.name, 'MEMORY.md'];
const FILE_MODE = 0o600;

interface AgentFile {
  name: string;
  path: string;
  missing: boolean;
  size?: number;
  updatedAtMs?: number;
  content?: string;
}

/** The workspace files of agents, for user interfaces. */
@Injectable()
export class AgentFilesRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
    private readonly origins: FileOrigins,
    private readonly reviewed: ReviewedTexts,
  ) {}

  @RpcMethod({
    name: 'agents.files.list',
    scope: 'operator.read',
    params: AgentFilesParams,
    unlisted: true,
    summary: 'The files that shape an agent, those that are missing too.',
  })
  list({ agentId }: AgentFilesParams): unknown {
    const workspace = this.workspaceOf(agentId);
    return { agentId, workspace, files: NAMES.map((name) => describeFile(workspace, name)) };
  }

  @RpcMethod({
    name: 'agents.files.get',
    scope: 'operator.read',
    params: AgentFileParams,
    unlisted: true,
    summary: 'One file that shapes an agent, with its content.',
  })
  async get({ agentId, name }: AgentFileParams): Promise<unknown> {
    const workspace = this.workspaceOf(agentId);
    const file = describeFile(workspace, known(name));
    return { agentId, workspace, file: file.missing ? file : { ...file, content: await read(workspace, name) } };
  }

  @RpcMethod({
    name: 'agents.files.set',
    scope: 'operator.admin',
    params: AgentFileSetParams,
    unlisted: true,
    summary: 'Writes one file that shapes an agent.',
  })
  async set({ agentId, name, content }: AgentFileSetParams): Promise<unknown> {
    const workspace = this.workspaceOf(agentId);
    const written = await inWorkspace(() => new WorkspaceFiles([workspace]).write(known(name), content, FILE_MODE));
    // What the owner writes is the owner's, whoever wrote there before.
    await this.origins.set(written.path, 'workspace');
    await this.reviewed.drop(written.path);
    return { ok: true, agentId, workspace, file: { ...describeFile(workspace, name), content } };
  }

  /** @throws RpcError INVALID_REQUEST */
  private workspaceOf(agentId: string): string {
    const agent = findAgent(this.config.config, agentId);
    if (!agent) throw invalidRequest(`unknown agent id "${agentId}"`);
    return this.workspaces.pathOf(agent.id);
  }
}

/** @throws RpcError INVALID_REQUEST for a name that is not one of the list */
function known(name: string): string {
  if (NAMES.includes(name)) return name;
  throw invalidRequest(`unsupported file "${name}"; there are ${NAMES.join(', ')}`);
}

function describeFile(workspace: string, name: string): AgentFile {
  const path = join(workspace, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return { name, path, missing: true };
  return { name, path, missing: false, size: stat.size, updatedAtMs: Math.round(stat.mtimeMs) };
}

async function read(workspace: string, name: string): Promise<string> {
  return inWorkspace(async () => {
    const { file } = await new WorkspaceFiles([workspace]).openForRead(name);
    try {
      return decodeOwnText(await file.readFile());
    } finally {
      await file.close();
    }
  });
}

/** A link that leads elsewhere is the caller's concern, not a fault of ours. */
async function inWorkspace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ToolError ? invalidRequest(error.message) : error;
  }
}
