import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readBoundedHandle } from '../../common/bounded-file';
import { isWebAddress } from '../../common/net/host';
import type { OutboundFile } from '../../common/chat-media';
import { isWithin } from '../../common/paths/path-place';
import { ConfigService } from '../../config/config.service';
import { ToolError } from '../agent-tool';
import { GuardedHttp } from '../web/guarded-http.service';
import { OutboundFiles } from './outbound-files.service';
import { WorkspaceFiles } from './workspace-files';

const FETCH_TIMEOUT_MS = 30_000;
const DATA_URL = /^data:([^;,]*)(?:;[^,]*)?;base64,/;

/** What a file for a chat is made of; exactly one of `source` and `buffer`. */
export interface OutboundWish {
  /** File of the workspace, or an http(s) address. */
  source?: string;
  /** Base64 or data URL. */
  buffer?: string;
  filename?: string;
  mimeType?: string;
  /** A recording shall arrive as a voice note. */
  asVoice?: boolean;
}

export interface OutboundLimits {
  workspace: string;
  maxBytes: number;
  signal?: AbortSignal;
  /** Called before a redirect is followed; throws where it may not be. */
  onRedirect?: (to: URL) => Promise<void>;
  /** Called with a file of the workspace before it is kept; throws where it may not leave. */
  check?: (content: Buffer) => void;
}

/** Makes the gateway's own copy of a file that is to be sent, wherever it comes from. */
@Injectable()
export class OutboundSources {
  constructor(
    private readonly config: ConfigService,
    private readonly files: OutboundFiles,
    private readonly http: GuardedHttp,
  ) {}

  /** @throws ToolError invalid_args, not_found, outside_workspace, too_large, upstream_error, blocked_address, timeout */
  async keep(wish: OutboundWish, limits: OutboundLimits): Promise<OutboundFile> {
    const { content, name } =
      wish.buffer === undefined
        ? await this.load(wish.source ?? '', limits)
        : decode(wish.buffer, wish.mimeType, limits.maxBytes);
    return this.files.keep(content, wish.filename ?? name, wish.asVoice === true);
  }

  private async load(source: string, limits: OutboundLimits): Promise<{ content: Buffer; name: string }> {
    const { workspace, maxBytes, signal, onRedirect, check } = limits;
    if (isWebAddress(source)) {
      const { status, body, url } = await this.http.request({
        url: source,
        timeoutMs: FETCH_TIMEOUT_MS,
        maxBytes,
        ...(signal ? { signal } : {}),
        ...(onRedirect ? { onRedirect } : {}),
      });
      if (status >= 400) throw new ToolError('upstream_error', `${source} answered with status ${status}`);
      return { content: body, name: basename(new URL(url).pathname) || 'file' };
    }
    const { file, path } = await new WorkspaceFiles([workspace]).openForRead(source);
    try {
      await requireOpen(this.config.stateDir, workspace, path, source);
      const { size } = await file.stat();
      if (size > maxBytes) throw tooLarge(source, size, maxBytes);
      if (!(await file.stat()).isFile()) throw new ToolError('invalid_args', `${source} is no ordinary file`);
      const content = await readBoundedHandle(file, maxBytes);
      if (content === undefined) throw tooLarge(source, size, maxBytes);
      check?.(content);
      return { content, name: source };
    } finally {
      await file.close();
    }
  }
}

function decode(buffer: string, mimeType: string | undefined, maxBytes: number): { content: Buffer; name: string } {
  const type = DATA_URL.exec(buffer)?.[1] || mimeType;
  const content = Buffer.from(buffer.replace(DATA_URL, ''), 'base64');
  if (content.length === 0) throw new ToolError('invalid_args', 'buffer holds no base64');
  if (content.length > maxBytes) throw tooLarge('buffer', content.length, maxBytes);
  return { content, name: `file.${type?.split('/')[1]?.replace(/\W.*/, '') || 'bin'}` };
}

const tooLarge = (what: string, bytes: number, maxBytes: number): ToolError =>
  new ToolError('too_large', `${what} has ${bytes} bytes; at most ${maxBytes} are taken there`);

/**
 * What the gateway keeps for itself is given to nobody, also where the workspace is a folder around it.
 * @param real where the file really is
 * @throws ToolError outside_workspace
 */
export async function requireOpen(stateDir: string, workspace: string, real: string, path: string): Promise<void> {
  const [state, place] = await Promise.all([realpath(stateDir), realpath(workspace)]);
  if (isWithin(state, real) && !isWithin(state, place))
    throw new ToolError('outside_workspace', `${path} is part of what the gateway keeps for itself`);
}
