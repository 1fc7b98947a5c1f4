import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, join, posix, sep } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readBoundedHandle } from '../../common/bounded-file';
import { sniffFile } from '../../common/sniff-file';
import { ConfigService } from '../../config/config.service';
import { innerPath, realPlace } from '../../common/paths/path-place';
import type { RpcCaller, RpcContext } from '../../rpc/rpc-context';
import { invalidRequest, missingScope } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { satisfies } from '../../rpc/scopes';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { ToolError } from '../../tools/agent-tool';
import { WorkspaceFiles } from '../../tools/files/workspace-files';
import { searchInThread } from '../../tools/search/search-files';
import { SessionFolders } from '../../workspace/session-folder.service';
import { type SessionKeyParams, SessionsFilesGetParams, SessionsFilesListParams } from './sessions.dto';

const DEFAULT_LISTED = 50;
const LIST_MS = 3000;
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const PIECE_BYTES = 4 * 1024 * 1024;

/** A file, or a piece of one, as clients get it. */
interface ReadFile {
  path: string;
  name: string;
  /** Of the whole file, in bytes. */
  size: number;
  offset?: number;
  updatedAtMs: number;
  mimeType: string;
  encoding: 'base64';
  content: string;
}

/** Files of the folder that a session works in: for naming them in a message, and for taking them along. */
@Injectable()
export class SessionFilesRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly folders: SessionFolders,
  ) {}

  @RpcMethod({
    name: 'sessions.files.list',
    scope: 'operator.read',
    params: SessionsFilesListParams,
    unlisted: true,
    summary:
      'Files that a session works with, by path; what .gitignore leaves out is left out, and without operator.write hidden files are.',
  })
  async list(params: SessionsFilesListParams, { caller }: RpcContext): Promise<unknown> {
    const { key, folder } = this.folderOf(params);
    const limit = params.limit ?? DEFAULT_LISTED;
    const search = params.search?.trim();
    const { names, hasMore } = await searchInThread({
      kind: 'names',
      root: folder,
      ...(search ? { holds: search } : {}),
      isPlain: !mayWrite(caller),
      isFilesOnly: true,
      limit,
      withinMs: LIST_MS,
    }).catch((error: unknown) => {
      if (error instanceof ToolError) throw invalidRequest(`the files of ${key} can't be listed: ${error.message}`);
      throw error;
    });
    return {
      key,
      sessionKey: key,
      root: folder,
      gitCheckout: existsSync(join(folder, '.git')),
      files: names.map((name) => name.split(sep).join('/')).map((path) => ({ path, name: posix.basename(path) })),
      hasMore,
    };
  }

  @RpcMethod({
    name: 'sessions.files.get',
    scope: 'operator.read',
    params: SessionsFilesGetParams,
    unlisted: true,
    summary:
      'A file that a session works with, in base64; of up to 10 MB, or piece by piece. Without operator.write only those that sessions.files.list names.',
  })
  async get(params: SessionsFilesGetParams, { caller }: RpcContext): Promise<{ key: string; file: ReadFile }> {
    const { key, folder } = this.folderOf(params);
    const { path, offset } = params;
    try {
      const { file, path: real } = await new WorkspaceFiles([folder]).openForRead(path);
      try {
        if (!mayWrite(caller)) await refusePrivate(folder, real, caller);
        const found = await file.stat();
        if (!found.isFile()) throw invalidRequest(`path: ${path} is no ordinary file`);
        const content =
          offset === undefined
            ? await readBoundedHandle(file, MAX_FILE_BYTES)
            : await pieceOf(file, offset, found.size);
        if (content === undefined)
          throw invalidRequest(
            `path: ${path} has ${found.size} bytes; at most ${MAX_FILE_BYTES} are handed out at once: name an offset`,
          );
        return {
          key,
          file: {
            path,
            name: basename(real),
            size: offset === undefined ? content.length : found.size,
            ...(offset === undefined ? {} : { offset }),
            updatedAtMs: Math.round(found.mtimeMs),
            mimeType: sniffFile(content).mimeType,
            encoding: 'base64',
            content: content.toString('base64'),
          },
        };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof ToolError) throw invalidRequest(`path: ${error.message}`);
      throw error;
    }
  }

  private folderOf({ key: named, agentId: of }: SessionKeyParams): { key: string; folder: string } {
    const { config } = this.config;
    const key = canonicalSessionKey(config, named, of);
    return { key, folder: this.folders.placeOf(agentOfSession(config, key), key, false).path };
  }
}

async function pieceOf(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const length = Math.max(0, Math.min(PIECE_BYTES, size - offset));
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** Who may give the assistant tasks can have it read anything there. */
const mayWrite = ({ scopes }: RpcCaller): boolean => satisfies(scopes, 'operator.write');

/** Names that begin with a dot hold settings and secrets, not work. */
const isHidden = (name: string): boolean => name.split('/').some((part) => part.startsWith('.'));

/** @throws RpcError for what the list does not name */
async function refusePrivate(folder: string, real: string, caller: RpcCaller): Promise<void> {
  const inner = innerPath(realPlace(folder), real);
  if (
    inner !== undefined &&
    !isHidden(inner.split(sep).join('/')) &&
    (await searchInThread({ kind: 'walked', root: realPlace(folder), path: inner }))
  )
    return;
  throw missingScope(caller, 'operator.write');
}
