import { lstat, opendir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';
import { encodeText } from '../common/text/encode-text';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { ToolError } from '../tools/agent-tool';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { hashOf, inWorkspace, requireBase } from './agent-file-access';
import { AgentFileAccess } from './agent-file-access.service';
import { AgentWorkspaceListParams, AgentWorkspaceParams, AgentWorkspaceSetParams } from './agents.dto';

/** Entries of a folder; whoever has more looks for one by its name. */
const MOST_ENTRIES = 500;
/** What stands in a field of a page and can still be read there. */
const MAX_TEXT_BYTES = 1024 * 1024;
/** The machinery of version control is not a file of anybody. */
const LEFT_OUT = new Set(['.git']);

interface Entry {
  name: string;
  /** From the workspace on, with slashes. */
  path: string;
  kind: 'file' | 'folder';
  /** Bytes, and Unix milliseconds; of files. */
  size?: number;
  updatedAtMs?: number;
}

interface WorkspaceFile {
  name: string;
  missing: boolean;
  /** False for what is no text, or too large to be shown; then there is no content. */
  isText: boolean;
  size?: number;
  updatedAtMs?: number;
  content?: string;
  hash?: string;
  origin?: ContentOrigin;
}

/** All files of an agent's workspace, for user interfaces: those that shape it are in `agents.files`. */
@Injectable()
export class AgentWorkspaceRpc {
  constructor(private readonly access: AgentFileAccess) {}

  @RpcMethod({
    name: 'agents.workspace.list',
    scope: 'operator.read',
    params: AgentWorkspaceListParams,
    unlisted: true,
    summary: 'Files and folders of a folder of the workspace of an agent, folders first.',
  })
  async list({ agentId, path = '' }: AgentWorkspaceListParams): Promise<unknown> {
    const workspace = this.access.workspaceOf(agentId);
    const folder = await inWorkspace(() => new WorkspaceFiles([workspace]).resolve(path === '' ? '.' : path));
    const { entries, isCut } = await entriesOf(folder, path);
    return { agentId, workspace, path, entries, truncated: isCut };
  }

  @RpcMethod({
    name: 'agents.workspace.get',
    scope: 'operator.read',
    params: AgentWorkspaceParams,
    unlisted: true,
    summary: 'One text file of the workspace of an agent, with its content.',
  })
  async get({ agentId, path }: AgentWorkspaceParams): Promise<unknown> {
    const workspace = this.access.workspaceOf(agentId);
    return { agentId, workspace, file: await this.describe(workspace, path) };
  }

  @RpcMethod({
    name: 'agents.workspace.set',
    scope: 'operator.admin',
    params: AgentWorkspaceSetParams,
    unlisted: true,
    summary: 'Writes one text file of the workspace of an agent; it keeps its encoding and its ends of lines.',
  })
  async set({ agentId, path, content, baseHash }: AgentWorkspaceSetParams): Promise<unknown> {
    const workspace = this.access.workspaceOf(agentId);
    const files = new WorkspaceFiles([workspace]);
    const known = await inWorkspace(() => readOr(files, path, 'not_found'));
    if (baseHash !== undefined) requireBase(path, known?.text, baseHash);
    const encoded = known ? encodeText(content, known.form) : { bytes: Buffer.from(content) };
    if ('missing' in encoded)
      throw invalidRequest(`${path} is kept in an encoding without ${JSON.stringify(encoded.missing)}; leave that out`);
    const written = await inWorkspace(() => files.write(path, encoded.bytes));
    await this.access.writtenByOwner(written.path);
    return { ok: true, agentId, workspace, file: await this.describe(workspace, path) };
  }

  private async describe(workspace: string, path: string): Promise<WorkspaceFile> {
    const files = new WorkspaceFiles([workspace]);
    const real = await inWorkspace(() => files.resolve(path));
    const facts = await lstat(real).catch(() => undefined);
    if (!facts) return { name: path, missing: true, isText: true };
    if (!facts.isFile()) throw invalidRequest(`${path} is no ordinary file`);
    const about = { name: path, missing: false, size: facts.size, updatedAtMs: Math.round(facts.mtimeMs) };
    const origin = await this.access.origins.labelOf(real, workspace);
    const read = facts.size > MAX_TEXT_BYTES ? undefined : await readOr(files, path);
    if (!read) return { ...about, isText: false, origin };
    return { ...about, isText: true, content: read.text, hash: hashOf(read.text), origin };
  }
}

type TextRead = Awaited<ReturnType<WorkspaceFiles['readText']>>;

/** @param passing what is no fault, but nothing to read; all of it where nothing is named @throws ToolError */
async function readOr(files: WorkspaceFiles, path: string, passing?: ToolError['code']): Promise<TextRead | undefined> {
  try {
    return await files.readText(path);
  } catch (error) {
    if (error instanceof ToolError && (passing === undefined || error.code === passing)) return undefined;
    throw error;
  }
}

/** @throws RpcError INVALID_REQUEST where there is no such folder */
async function entriesOf(folder: string, path: string): Promise<{ entries: Entry[]; isCut: boolean }> {
  const opened = await opendir(folder).catch(() => {
    throw invalidRequest(`there is no folder ${path === '' ? 'of this agent yet' : `"${path}"`}`);
  });
  const names: { name: string; isFolder: boolean }[] = [];
  let isCut = false;
  for await (const entry of opened) {
    // What a link leads to is asked for by its own name, if it is inside at all.
    if (LEFT_OUT.has(entry.name) || !(entry.isFile() || entry.isDirectory())) continue;
    if (names.length >= MOST_ENTRIES) {
      isCut = true;
      break;
    }
    names.push({ name: entry.name, isFolder: entry.isDirectory() });
  }
  const entries = await Promise.all(
    names.map(async ({ name, isFolder }): Promise<Entry> => {
      const inside = path === '' ? name : posix.join(path, name);
      if (isFolder) return { name, path: inside, kind: 'folder' };
      const facts = await lstat(join(folder, name)).catch(() => undefined);
      return {
        name,
        path: inside,
        kind: 'file',
        ...(facts ? { size: facts.size, updatedAtMs: Math.round(facts.mtimeMs) } : {}),
      };
    }),
  );
  entries.sort((a, b) =>
    a.kind === b.kind ? a.name.localeCompare(b.name, 'en', { numeric: true }) : a.kind === 'folder' ? -1 : 1,
  );
  return { entries, isCut };
}
