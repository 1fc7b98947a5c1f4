import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';
import { decodeOwnText } from '../common/text/decode-text';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { BOOTSTRAP, WORKSPACE_TEMPLATES } from '../workspace/workspace-templates';
import { hashOf, inWorkspace, requireBase } from './agent-file-access';
import { AgentFileAccess } from './agent-file-access.service';
import { AgentFileParams, AgentFileSetParams, AgentFilesParams } from './agents.dto';

/** Files that shape an agent; no others can be named. */
const NAMES = [...Object.keys(WORKSPACE_TEMPLATES), BOOTSTRAP.name, 'MEMORY.md'];
/** Notes of a day or a subject. */
const NOTE = /^memory\/[\p{L}\p{N}_][\p{L}\p{N}_ .-]*\.md$/u;
const MOST_NOTES = 1000;
const FILE_MODE = 0o600;
const MAX_BYTES = 4 * 1024 * 1024;

interface AgentFile {
  name: string;
  path: string;
  missing: boolean;
  /** Missing, and well so: of those that not every agent has. */
  expectedAbsent?: boolean;
  size?: number;
  updatedAtMs?: number;
  content?: string;
  /** Whose text is in it. */
  origin?: ContentOrigin;
  /** SHA-256 of the content. */
  hash?: string;
}

/** The workspace files of agents, for user interfaces. */
@Injectable()
export class AgentFilesRpc {
  constructor(private readonly access: AgentFileAccess) {}

  @RpcMethod({
    name: 'agents.files.list',
    scope: 'operator.read',
    params: AgentFilesParams,
    unlisted: true,
    summary: 'The files that shape an agent, those that are missing too.',
  })
  async list({ agentId }: AgentFilesParams): Promise<unknown> {
    const workspace = this.access.workspaceOf(agentId);
    const files = [...NAMES, ...notesIn(workspace)].map((name) => describeFile(workspace, name));
    return { agentId, workspace, files: await Promise.all(files.map((file) => this.withOrigin(file, workspace))) };
  }

  private async withOrigin(file: AgentFile, workspace: string): Promise<AgentFile> {
    return file.missing ? file : { ...file, origin: await this.access.origins.labelOf(file.path, workspace) };
  }

  @RpcMethod({
    name: 'agents.files.get',
    scope: 'operator.read',
    params: AgentFileParams,
    unlisted: true,
    summary: 'One file that shapes an agent, with its content.',
  })
  async get({ agentId, name }: AgentFileParams): Promise<unknown> {
    const workspace = this.access.workspaceOf(agentId);
    const file = describeFile(workspace, known(name));
    if (file.missing) return { agentId, workspace, file };
    const content = await read(workspace, name);
    return {
      agentId,
      workspace,
      file: { ...(await this.withOrigin(file, workspace)), content, hash: hashOf(content) },
    };
  }

  @RpcMethod({
    name: 'agents.files.set',
    scope: 'operator.admin',
    params: AgentFileSetParams,
    unlisted: true,
    summary: 'Writes one file that shapes an agent.',
  })
  async set({ agentId, name, content, baseHash }: AgentFileSetParams): Promise<unknown> {
    const workspace = this.access.workspaceOf(agentId);
    if (baseHash !== undefined) requireBase(name, await readIfThere(workspace, known(name)), baseHash);
    const written = await inWorkspace(() => new WorkspaceFiles([workspace]).write(known(name), content, FILE_MODE));
    await this.access.writtenByOwner(written.path);
    const file = { ...describeFile(workspace, name), content, hash: hashOf(content) };
    return { ok: true, agentId, workspace, file };
  }
}

/** @throws RpcError INVALID_REQUEST for a name that is not one of the list */
function known(name: string): string {
  if (NAMES.includes(name) || NOTE.test(name)) return name;
  throw invalidRequest(`unsupported file "${name}"; there are ${NAMES.join(', ')}, and memory/<name>.md`);
}

/** Names of notes, the newest days first. */
function notesIn(workspace: string): string[] {
  try {
    const names = readdirSync(join(workspace, 'memory')).map((name) => `memory/${name}`);
    return names
      .filter((name) => NOTE.test(name))
      .sort()
      .reverse()
      .slice(0, MOST_NOTES);
  } catch {
    return [];
  }
}

function describeFile(workspace: string, name: string): AgentFile {
  const path = join(workspace, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return { name, path, missing: true, expectedAbsent: !(name in WORKSPACE_TEMPLATES) };
  return { name, path, missing: false, size: stat.size, updatedAtMs: Math.round(stat.mtimeMs) };
}

const readIfThere = async (workspace: string, name: string): Promise<string | undefined> =>
  describeFile(workspace, name).missing ? undefined : read(workspace, name);

async function read(workspace: string, name: string): Promise<string> {
  return inWorkspace(async () => {
    const { content } = await new WorkspaceFiles([workspace]).readBytes(name, MAX_BYTES);
    return decodeOwnText(content);
  });
}
