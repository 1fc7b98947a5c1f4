import { Injectable } from '@nestjs/common';
import { isWebAddress } from '../../common/net/host';
import { Doc, Int, OneOf, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { InboxStore } from '../../inbox/inbox.store';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { HandedFile, TranscriptEvent } from '../../sessions/transcript-event';
import { TranscriptStore } from '../../sessions/transcript.store';
import { namesOf } from '../turns/turn-record';
import { TurnStore } from '../turns/turn.store';
import { SessionFilesRpc } from './session-files.rpc';

const PICTURE = /\.(avif|gif|jpe?g|png|webp)$/i;
/** Newest messages of a conversation that are looked through. */
const MOST_MESSAGES = 5000;

export class ArtifactsScope {
  @Opt() @Text({ max: 512 }) @Doc('One of sessionKey, runId and taskId is needed.') sessionKey?: string;
  @Opt() @Text({ max: 512 }) @Doc('As the client that asked has named the run.') runId?: string;
  @Opt() @Text({ max: 512 }) @Doc('Of `tasks.list`, where the task is a turn.') taskId?: string;
  @Opt() @Text({ max: 64 }) agentId?: string;
  @Opt() @OneOf(['assistant']) @Doc('Whose; those of others are not listed.') messageRole?: 'assistant';
}

export class ArtifactsListParams extends ArtifactsScope {
  @Opt() @OneOf(['image']) @Doc('Only pictures, by their names.') type?: 'image';
  @Opt() @Int({ min: 1, max: 500 }) @Doc('Only the newest ones; without it all.') limit?: number;
  @Opt() @Text({ max: 256 }) @Doc('`nextCursor` of the page before.') cursor?: string;
}

export class ArtifactParams extends ArtifactsScope {
  @Text({ max: 200 }) @Doc('From `artifacts.list`.') artifactId!: string;
}

export class ArtifactDownloadParams extends ArtifactParams {
  @Opt() @OneOf(['http']) @Doc('Taken, without effect: it comes in the answer in any case.') transport?: 'http';
}

/** A file that the assistant has handed over. */
interface Artifact {
  id: string;
  type: 'file' | 'link';
  title: string;
  sizeBytes?: number;
  sessionKey: string;
  runId?: string;
  messageSeq: number;
  messageId: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  download: { mode: 'bytes' | 'url' };
}

/** One that was found, with the place that its answer names. */
interface Found {
  artifact: Artifact;
  path: string;
}

/** Files that answers of a conversation hand over. They lie where they were: what is fetched is what is there now. */
@Injectable()
export class SessionArtifactsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly inbox: InboxStore,
    private readonly turns: TurnStore,
    private readonly files: SessionFilesRpc,
  ) {}

  @RpcMethod({
    name: 'artifacts.list',
    scope: 'operator.read',
    params: ArtifactsListParams,
    summary: 'Files that the assistant has handed over in a conversation, or in one turn of it; the newest last.',
  })
  async list(params: ArtifactsListParams): Promise<{ artifacts: Artifact[]; nextCursor?: string }> {
    const { type, limit, cursor } = params;
    const all = (await this.found(params)).map(({ artifact }) => artifact);
    const wanted = type === undefined ? all : all.filter(({ title }) => PICTURE.test(title));
    const end = cursor === undefined ? wanted.length : Number(cursor);
    if (!Number.isSafeInteger(end) || end < 0 || end > wanted.length)
      throw invalidRequest('invalid artifacts.list params: cursor must be the nextCursor of an answer');
    const from = limit === undefined ? 0 : Math.max(0, end - limit);
    return { artifacts: wanted.slice(from, end), ...(from > 0 ? { nextCursor: String(from) } : {}) };
  }

  @RpcMethod({
    name: 'artifacts.get',
    scope: 'operator.read',
    params: ArtifactParams,
    summary: 'One of `artifacts.list`.',
  })
  async get(params: ArtifactParams): Promise<{ artifact: Artifact }> {
    return { artifact: (await this.one(params)).artifact };
  }

  @RpcMethod({
    name: 'artifacts.download',
    scope: 'operator.read',
    params: ArtifactDownloadParams,
    summary: 'Such a file in base64, as `sessions.files.get` reads it; of something in the web, its address.',
  })
  async download(params: ArtifactDownloadParams, context: RpcContext): Promise<unknown> {
    const { artifact, path } = await this.one(params);
    if (artifact.type === 'link') return { artifact, url: path };
    const { file } = await this.files.get({ key: artifact.sessionKey, path }, context);
    const { content, mimeType, size } = file;
    return { artifact: { ...artifact, mimeType, sizeBytes: size }, encoding: 'base64', data: content };
  }

  /** @throws RpcError ARTIFACT_NOT_FOUND */
  private async one(params: ArtifactParams): Promise<Found> {
    const found = (await this.found(params)).find(({ artifact }) => artifact.id === params.artifactId);
    if (found) return found;
    throw invalidRequest(`artifact not found: ${params.artifactId}; artifacts.list names those that there are`, {
      details: { code: 'ARTIFACT_NOT_FOUND', artifactId: params.artifactId },
    });
  }

  private async found(params: ArtifactsScope): Promise<Found[]> {
    const { sessionKey, run } = await this.placeOf(params);
    const session = await this.sessions.find(sessionKey);
    const events = session ? await this.transcripts.readTail(session.sessionId, MOST_MESSAGES) : [];
    return events
      .filter(({ runId }) => run === undefined || runId === run)
      .flatMap((event) => handedIn(event).map((file, index) => foundOf(file, index, event, sessionKey)));
  }

  /** @throws RpcError INVALID_REQUEST where no conversation is named, or two that differ */
  private async placeOf(params: ArtifactsScope): Promise<{ sessionKey: string; run?: string }> {
    const { agentId, runId, taskId } = params;
    const named =
      params.sessionKey === undefined ? undefined : canonicalSessionKey(this.config.config, params.sessionKey, agentId);
    if (runId === undefined && taskId === undefined) {
      if (named === undefined) throw invalidRequest('artifacts: one of sessionKey, runId and taskId is needed');
      return { sessionKey: named };
    }
    const row =
      runId === undefined
        ? await this.inbox.findByRun(taskId ?? '')
        : ((await this.inbox.findByName(runId)) ?? (await this.inbox.findByRun(runId)));
    const sessionKey = row?.sessionKey;
    const field = runId === undefined ? 'taskId' : 'runId';
    if (!row || !sessionKey)
      throw invalidRequest(`${field}: no turn is called ${runId ?? taskId ?? ''}; name its sessionKey instead`, {
        details: { code: 'ARTIFACT_SCOPE_NOT_FOUND' },
      });
    if (named !== undefined && named !== sessionKey)
      throw invalidRequest(`${field}: this turn is of ${sessionKey}, not of ${named}`);
    // Messages that were answered together have the name of the first of them.
    const turn = row.turnId === null ? undefined : await this.turns.find(row.turnId);
    return { sessionKey, run: (turn && namesOf(turn.request)[0]) ?? row.runName };
  }
}

const handedIn = ({ message }: TranscriptEvent): readonly HandedFile[] =>
  message.role === 'assistant' ? (message.files ?? []) : [];

function foundOf({ path, name, bytes }: HandedFile, index: number, event: TranscriptEvent, sessionKey: string): Found {
  const isLink = isWebAddress(path);
  return {
    path,
    artifact: {
      id: `${event.id}:${index}`,
      type: isLink ? 'link' : 'file',
      title: name,
      ...(bytes === undefined ? {} : { sizeBytes: bytes }),
      sessionKey,
      ...(event.runId === null ? {} : { runId: event.runId }),
      messageSeq: event.seq,
      messageId: event.id,
      createdAt: event.at,
      download: { mode: isLink ? 'url' : 'bytes' },
    },
  };
}
