import { createHmac, randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { AgentsRpc } from '../agent/agents.rpc';
import { appVersion } from '../common/app-root';
import { readBoundedHandle } from '../common/bounded-file';
import { isWebAddress } from '../common/net/host';
import { messageOf } from '../common/openclaw-error';
import { secretsEqual } from '../common/secrets-equal';
import { sniffFile } from '../common/sniff-file';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { HttpAuthPort } from '../events/http-auth-port';
import type { RpcCaller } from '../rpc/rpc-context';
import { satisfies } from '../rpc/scopes';
import { agentOfSession, canonicalSessionKey } from '../sessions/session-key';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { SessionFolders } from '../workspace/session-folder.service';
import { WorkspaceService } from '../workspace/workspace.service';

const CONFIG = 'control-ui-config.json';
const AVATAR = 'avatar/';
const MEDIA = '__openclaw__/assistant-media';
const MOST_AVATAR_BYTES = 2 * 1024 * 1024;
const MOST_MEDIA_BYTES = 50 * 1024 * 1024;
const TICKET_MS = 5 * 60_000;

/**
 * What the page of an OpenClaw release fetches beside its own files: whom it belongs to, pictures of agents, and files that
 * answers hand over.
 */
@Injectable()
export class PageData {
  private readonly key = randomBytes(32);

  constructor(
    private readonly config: ConfigService,
    private readonly httpAuthPort: HttpAuthPort,
    private readonly agents: AgentsRpc,
    private readonly workspaces: WorkspaceService,
    private readonly folders: SessionFolders,
  ) {}

  /** @param prefix base path of the page, without a slash at its end */
  handler(prefix: string): RequestHandler {
    return (request: Request, response: Response, next: NextFunction): void => {
      const { method, path } = request;
      const name = path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : path.slice(1);
      const isOurs = name === CONFIG || name.startsWith(AVATAR) || name === MEDIA;
      if (!isOurs || (method !== 'GET' && method !== 'HEAD')) return next();
      this.answer(name, prefix, request, response).catch(next);
    };
  }

  private async answer(name: string, prefix: string, request: Request, response: Response): Promise<void> {
    const ticket = request.query['mediaTicket'];
    if (name === MEDIA && typeof ticket === 'string') return this.media(request, response, ticket);
    const caller = await this.httpAuthPort.admit(request, response);
    if (!caller) return;
    if (name === CONFIG) response.json(this.facts(prefix));
    else if (name === MEDIA) await this.media(request, response, caller);
    else await this.avatar(decodeURIComponent(name.slice(AVATAR.length)), prefix, request, response);
  }

  private facts(prefix: string): Record<string, unknown> {
    const { agentId, name, avatar } = this.identity(defaultAgentId(this.config.config));
    return {
      basePath: prefix,
      assistantName: name,
      assistantAvatar: avatar,
      assistantAvatarSource: null,
      assistantAvatarStatus: null,
      assistantAvatarReason: null,
      assistantAgentId: agentId,
      serverVersion: appVersion(),
      embedSandbox: 'strict',
      allowExternalEmbedUrls: false,
      automaticallyFetchFavicons: false,
      communityInvite: false,
      terminalEnabled: false,
      cliAgentsEnabled: false,
      pluginAssetsRequireAuth: true,
      pluginFrameGrants: [],
    };
  }

  private async avatar(id: string, prefix: string, { query }: Request, response: Response): Promise<void> {
    const { agentId, avatar } = this.identity(id);
    const isAddress = isWebAddress(avatar) || avatar.startsWith('data:image/');
    const content = isAddress
      ? undefined
      : await readFrom(this.workspaces.pathOf(agentId), avatar, MOST_AVATAR_BYTES).catch(() => undefined);
    const mimeType = content && sniffFile(content).mimeType;
    const picture = content && mimeType?.startsWith('image/') ? content : undefined;
    if (query['meta'] === '1') {
      const own = picture ? `${prefix}/${AVATAR}${encodeURIComponent(agentId)}` : null;
      response.json({
        avatarUrl: isAddress ? avatar : own,
        avatarSource: null,
        avatarStatus: null,
        avatarReason: null,
      });
    } else if (picture && mimeType) send(response, picture, mimeType);
    else response.status(404).type('text/plain').send('Not Found');
  }

  /** @param by who asks, or the ticket that they were given for this file */
  private async media({ query }: Request, response: Response, by: RpcCaller | string): Promise<void> {
    const [source, key] = [textOf(query['source']), textOf(query['sessionKey'])];
    const { config } = this.config;
    const sessionKey = canonicalSessionKey(config, key === '' ? 'main' : key, textOf(query['agentId']) || undefined);
    const isAllowed =
      typeof by === 'string'
        ? this.isTicket(by, source, sessionKey)
        : by.hasShownSecret === true || satisfies(by.scopes, 'operator.write');
    if (!isAllowed) {
      response.status(403).json({ error: { message: 'operator.write is needed', type: 'forbidden' } });
      return;
    }
    const isMeta = query['meta'] === '1';
    try {
      const folder = this.folders.placeOf(agentOfSession(config, sessionKey), sessionKey, false).path;
      const content = await readFrom(folder, source, MOST_MEDIA_BYTES);
      const { mimeType } = sniffFile(content);
      if (!isMeta) return send(response, content, mimeType, basename(source));
      const expires = Date.now() + TICKET_MS;
      response.json({
        available: true,
        mediaTicket: `${expires}.${this.sign(source, sessionKey, expires)}`,
        mediaTicketExpiresAt: new Date(expires).toISOString(),
        mimeType,
        sizeBytes: content.length,
      });
    } catch (error) {
      const reason = messageOf(error);
      if (isMeta) response.json({ available: false, code: 'unavailable', reason, retryable: false, canAllow: false });
      else response.status(404).type('text/plain').send('Not Found');
    }
  }

  private identity(agentId: string): { agentId: string; name: string; avatar: string } {
    return this.agents.identity({ agentId });
  }

  private isTicket(ticket: string, source: string, sessionKey: string): boolean {
    const [expires = '', signature = ''] = ticket.split('.');
    return Number(expires) > Date.now() && secretsEqual(signature, this.sign(source, sessionKey, Number(expires)));
  }

  private sign(source: string, sessionKey: string, expires: number): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([source, sessionKey, expires]))
      .digest('base64url');
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** @throws ToolError, Error for what is not there, not in the folder, or too large */
async function readFrom(folder: string, path: string, most: number): Promise<Buffer> {
  const { file } = await new WorkspaceFiles([folder]).openForRead(path);
  try {
    const content = await readBoundedHandle(file, most);
    if (content === undefined) throw new Error(`it has more than ${most} bytes`);
    return content;
  } finally {
    await file.close();
  }
}

function send(response: Response, content: Buffer, mimeType: string, name?: string): void {
  const isShown = /^(?:image\/(?!svg)|audio\/|video\/)/.test(mimeType);
  const fileName = name === undefined ? '' : `; filename*=UTF-8''${encodeURIComponent(name)}`;
  response
    .status(200)
    .set({
      'content-type': mimeType,
      'content-disposition': `${isShown ? 'inline' : 'attachment'}${fileName}`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
    .send(content);
}
