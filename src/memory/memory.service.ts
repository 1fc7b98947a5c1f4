import { type FSWatcher, existsSync, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import { ConfigService } from '../config/config.service';
import { findAgent } from '../config/agent-entries';
import { originsOf, saidIn } from '../sessions/said-texts';
import { SessionStore } from '../sessions/session.store';
import { isSubagentKey } from '../sessions/session-key';
import { TranscriptStore } from '../sessions/transcript.store';
import { textOf } from '../common/content-parts';
import { FileOrigins } from '../tools/provenance/file-origins.store';
import { worstOrigin } from '../tools/provenance/taint';
import { WorkspaceService } from '../workspace/workspace.service';
import { type EmbeddingModel, Embeddings } from './embeddings.service';
import { excerptOf } from './excerpt';
import { memoryPaths, readMemoryFile } from './memory-files';
import { MemoryIndex } from './memory-index';
import { type ChunkSize, DEFAULT_CHUNK, chunkText } from './rank-chunks';

const DEFAULT_WATCH_DEBOUNCE_MS = 1500;
/** Without a search for so long the vectors leave the memory. */
const REST_MS = 5 * 60_000;
const CHARS_PER_TOKEN = 4;
const CANDIDATE_FACTOR = 4;
const MAX_SNIPPET = 700;
const SESSION_MESSAGES = 50;
const MAX_SESSION_MESSAGES = 2000;
/** Texts that are turned into vectors before a search goes on; the rest follows in the background. */
const EMBED_AT_ONCE = 256;

export interface MemoryHit {
  path: string;
  startLine: number;
  endLine: number;
  /** 0 to 1. */
  score: number;
  /** What stands around the words that were asked for. */
  snippet: string;
  source: string;
  origin: ContentOrigin;
}

export interface MemoryAnswer {
  hits: MemoryHit[];
  /** `none`: found by words alone. */
  provider: string;
  model: string;
  /** Why there is no search by meaning. */
  note?: string;
}

interface Opened {
  index: MemoryIndex;
  agentId: string;
  workspace: string;
  /** Something may have changed since the last look. */
  dirty: boolean;
  watchers: FSWatcher[];
  debounce?: NodeJS.Timeout;
  rest?: NodeJS.Timeout;
  embedding?: Promise<void>;
}

interface Settings {
  chunk: ChunkSize;
  watch: boolean;
  watchDebounceMs: number;
  hybrid: boolean;
  vectorWeight: number;
  textWeight: number;
  candidateFactor: number;
  extraPaths: readonly string[];
  sessions: boolean;
}

/** Search in what has been written down, by words and, with an embedding model, by meaning. */
@Injectable()
export class MemoryService {
  private readonly log: Logger;
  private readonly opened = new Map<string, Opened>();

  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
    private readonly origins: FileOrigins,
    private readonly embeddings: Embeddings,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('memory');
  }

  async search(agentId: string, workspace: string, query: string, limit: number): Promise<MemoryAnswer> {
    const memory = await this.ready(agentId, workspace);
    const settings = this.settings(agentId);
    const byText = memory.index.byText(query);
    const {
      scores: byVector,
      model,
      note,
    } = await this.byMeaning(memory, agentId, query, limit * settings.candidateFactor);
    const useBoth = byVector !== undefined && settings.hybrid;
    const total = settings.vectorWeight + settings.textWeight || 1;
    const scores = new Map<number, number>();
    for (const id of new Set([...byText.keys(), ...(byVector?.keys() ?? [])])) {
      const [text, vector] = [byText.get(id) ?? 0, byVector?.get(id) ?? 0];
      scores.set(
        id,
        useBoth
          ? // Words that all stand there are proof enough by themselves.
            Math.max(
              (settings.vectorWeight * vector + settings.textWeight * text) / total,
              text * settings.vectorWeight,
            )
          : byVector
            ? vector
            : text,
      );
    }
    const hits = [...scores]
      .sort((a, b) => b[1] - a[1])
      .slice(0, limit)
      .flatMap(([id, score]): MemoryHit[] => {
        const chunk = memory.index.chunk(id);
        if (!chunk || score <= 0) return [];
        const { path, startLine, endLine, text, source, origin } = chunk;
        const snippet = excerptOf(text, query, MAX_SNIPPET);
        return [{ path, startLine, endLine, snippet, source, origin, score: Math.round(score * 1000) / 1000 }];
      });
    this.restLater(memory);
    return {
      hits: await Promise.all(hits.map((hit) => this.marked(workspace, hit))),
      provider: byVector ? (model?.provider ?? 'none') : 'none',
      model: byVector ? (model?.model ?? 'full-text') : 'full-text',
      ...(note === undefined ? {} : { note }),
    };
  }

  /** Brings the index up to date and makes the vectors that are missing. */
  async update(agentId: string, workspace = this.workspaces.pathOf(agentId), fromScratch = false): Promise<void> {
    const memory = await this.ready(agentId, workspace);
    if (fromScratch) {
      memory.index.clear();
      memory.dirty = true;
      await this.sync(memory);
    }
    const model = this.embeddings.modelOf(agentId);
    if (typeof model !== 'string') await this.embedMissing(memory, model, Infinity);
  }

  /** Forgets what is in the index; the files are read again when they are needed. Returns how many chunks it had. */
  async reset(agentId: string): Promise<number> {
    const memory = await this.ready(agentId, this.workspaces.pathOf(agentId));
    const { chunkCount } = memory.index;
    memory.index.clear();
    memory.dirty = true;
    return chunkCount;
  }

  async status(agentId: string): Promise<Record<string, unknown>> {
    const workspace = this.workspaces.pathOf(agentId);
    const { index } = await this.ready(agentId, workspace);
    const model = this.embeddings.modelOf(agentId);
    return {
      agentId,
      path: index.path,
      files: index.files().length,
      chunks: index.chunkCount,
      vectors: index.vectorCount,
      ...(index.refusedCount > 0 ? { refused: index.refusedCount } : {}),
      provider: typeof model === 'string' ? 'none' : model.provider,
      model: typeof model === 'string' ? 'full-text' : model.model,
      ...(typeof model === 'string' ? { note: model } : {}),
    };
  }

  /** Why notes are not found by meaning; undefined where they are. */
  async embeddingFault(agentId: string, isAsked: boolean): Promise<string | undefined> {
    const model = this.embeddings.modelOf(agentId);
    if (typeof model === 'string') return model;
    if (!isAsked) return undefined;
    return this.embeddings
      .embed(model, 'tea', agentId)
      .then((vector) => (vector === undefined ? 'the service gave no vector' : undefined), messageOf);
  }

  async close(): Promise<void> {
    for (const memory of this.opened.values()) {
      clearTimeout(memory.debounce);
      clearTimeout(memory.rest);
      for (const watcher of memory.watchers) watcher.close();
      await memory.embedding?.catch(() => undefined);
      memory.index.close();
    }
    this.opened.clear();
  }

  /** A file may have been marked after it was taken in. */
  private async marked(workspace: string, hit: MemoryHit): Promise<MemoryHit> {
    const mark = hit.source === 'memory' ? await this.origins.of(join(workspace, hit.path)) : undefined;
    return mark ? { ...hit, origin: mark } : hit;
  }

  private async ready(agentId: string, workspace: string): Promise<Opened> {
    let memory = this.opened.get(workspace);
    if (!memory) {
      memory = this.open(agentId, workspace);
      this.opened.set(workspace, memory);
    }
    if (memory.dirty) await this.sync(memory);
    return memory;
  }

  private open(agentId: string, workspace: string): Opened {
    const isOwn = workspace === this.workspaces.pathOf(agentId);
    const suffix = isOwn ? '' : `-${createHash('sha256').update(workspace).digest('hex').slice(0, 8)}`;
    const index = MemoryIndex.open(join(this.config.stateDir, 'memory', `${agentId}${suffix}.sqlite`));
    const memory: Opened = { index, agentId, workspace, dirty: true, watchers: [] };
    if (this.settings(agentId).watch) this.watch(memory);
    return memory;
  }

  /** Takes in what has changed since the last time. */
  private async sync(memory: Opened): Promise<void> {
    const { index, agentId, workspace } = memory;
    const settings = this.settings(agentId);
    // Without a watcher nobody tells that something has changed.
    memory.dirty = memory.watchers.length === 0;
    const known = new Map(index.files().map((file) => [file.path, file.stamp]));
    const present = new Set<string>();
    for (const path of await memoryPaths(workspace, settings.extraPaths)) {
      const info = await stat(join(workspace, path)).catch(() => undefined);
      if (!info?.isFile()) continue;
      present.add(path);
      const stamp = `${info.mtimeMs}:${info.size}`;
      if (known.get(path) === stamp) continue;
      const file = await readMemoryFile(workspace, path).catch(() => undefined);
      if (!file) continue;
      const origin = await this.origins.labelOf(file.real, workspace);
      index.replace({ path, stamp, source: 'memory' }, chunkText(path, file.text, settings.chunk), origin);
    }
    if (settings.sessions) for (const path of await this.syncSessions(memory, known, settings)) present.add(path);
    for (const path of known.keys()) if (!present.has(path)) index.remove(path);
  }

  /** Conversations of the agent as if they were files; a conversation is taken in again after so many new messages. */
  private async syncSessions(
    { index, agentId }: Opened,
    known: ReadonlyMap<string, string>,
    settings: Settings,
  ): Promise<string[]> {
    const paths: string[] = [];
    for (const session of await this.sessions.list({ agentId })) {
      if (isSubagentKey(session.key)) continue;
      const path = `sessions/${session.sessionId}`;
      paths.push(path);
      const events = await this.transcripts.readTail(session.sessionId, MAX_SESSION_MESSAGES);
      const last = events.at(-1)?.seq ?? 0;
      const seen = Number(known.get(path) ?? 0);
      if (last === seen || (seen > 0 && last - seen < SESSION_MESSAGES)) continue;
      const said = saidIn(events).filter(({ message }) => message.role !== 'toolResult');
      const text = said
        .map(({ message }) => `${message.role}: ${textOf(message.content).replace(/\s+/g, ' ')}`)
        .join('\n');
      // An answer may repeat what a tool has read, be it long ago.
      const isWhole = events.length < MAX_SESSION_MESSAGES;
      const origin = worstOrigin(originsOf(saidIn(isWhole ? events : await this.transcripts.read(session.sessionId))));
      index.replace({ path, stamp: String(last), source: 'sessions' }, chunkText(path, text, settings.chunk), origin);
    }
    return paths;
  }

  private async byMeaning(
    memory: Opened,
    agentId: string,
    query: string,
    limit: number,
  ): Promise<{ scores?: Map<number, number>; model?: EmbeddingModel; note?: string }> {
    const model = this.embeddings.modelOf(agentId);
    if (typeof model === 'string') return { note: model };
    let vector: Float32Array | undefined;
    try {
      vector = await this.embeddings.embed(model, query, agentId);
    } catch (error) {
      this.log.warn({ agent: agentId }, `searched by words alone: ${messageOf(error)}`);
      return { note: `searched by words alone: ${messageOf(error)}` };
    }
    if (!vector) return { note: `${model.provider} gave no vector` };
    let note: string | undefined;
    try {
      await this.embedMissing(memory, model, EMBED_AT_ONCE);
    } catch (error) {
      note = `the newest notes are found by words alone: ${messageOf(error)}`;
      this.log.warn({ agent: agentId }, note);
    }
    return { scores: memory.index.byVector(vector, limit), model, ...(note === undefined ? {} : { note }) };
  }

  private async embedMissing(memory: Opened, model: EmbeddingModel, most: number): Promise<void> {
    const { index, agentId } = memory;
    index.useModel(`${model.provider}/${model.model}`);
    const missing = index.withoutVector();
    if (missing.length === 0) return;
    const first = missing.slice(0, most);
    await this.embedInto(index, first, model, agentId);
    if (first.length < missing.length && !memory.embedding)
      memory.embedding = this.embedInto(index, missing.slice(first.length), model, agentId)
        .catch((error: unknown) => this.log.warn({ agent: agentId }, `vectors are missing: ${messageOf(error)}`))
        .finally(() => delete memory.embedding);
  }

  /** Each batch is kept as it comes: what fails later takes nothing back. */
  private async embedInto(
    index: MemoryIndex,
    chunks: readonly { id: number; text: string }[],
    model: EmbeddingModel,
    agentId: string,
  ): Promise<void> {
    await this.embeddings.embedAll(model, chunks, agentId, (done) => {
      index.setVectors(done.flatMap(({ item, vector }) => (vector ? [{ id: item.id, vector }] : [])));
      const refused = done.flatMap(({ item, vector }) => (vector ? [] : [item.id]));
      if (refused.length === 0) return;
      index.refuse(refused);
      this.log.warn({ agent: agentId, chunks: refused.length }, `${model.provider} has refused a text of the memory`);
    });
  }

  private watch(memory: Opened): void {
    const { watchDebounceMs } = this.settings(memory.agentId);
    const changed = (): void => {
      clearTimeout(memory.debounce);
      // Whoever searches before the debounce is over looks for itself.
      memory.dirty = true;
      memory.debounce = setTimeout(() => {
        if (memory.dirty)
          this.sync(memory).catch((error: unknown) => this.log.warn({ error }, 'memory was not taken in'));
      }, watchDebounceMs);
      memory.debounce.unref();
    };
    const add = (path: string, recursive: boolean, filter: (name: string) => boolean): void => {
      if (!existsSync(path)) return;
      try {
        const watcher = watch(path, { recursive, persistent: false }, (_, name) => {
          if (name === null || filter(String(name))) changed();
        });
        watcher.on('error', () => undefined);
        memory.watchers.push(watcher);
      } catch (error) {
        this.log.warn({ path }, `not watched: ${messageOf(error)}`);
      }
    };
    add(memory.workspace, false, (name) => /^memory$|\.md$/i.test(name));
    add(join(memory.workspace, 'memory'), true, () => true);
    // A folder that appears later is not watched: then every search looks.
    if (memory.watchers.length < 2) for (const watcher of memory.watchers.splice(0)) watcher.close();
  }

  private restLater(memory: Opened): void {
    clearTimeout(memory.rest);
    memory.rest = setTimeout(() => memory.index.rest(), REST_MS);
    memory.rest.unref();
  }

  private settings(agentId: string): Settings {
    const { config } = this.config;
    const chosen = { ...config.agents?.defaults?.memorySearch, ...findAgent(config, agentId)?.memorySearch };
    const number = (source: unknown, key: string, standard: number): number =>
      isPlainObject(source) && typeof source[key] === 'number' ? source[key] : standard;
    const { chunking, sync, query, experimental } = chosen;
    const hybrid = isPlainObject(query?.['hybrid']) ? query['hybrid'] : {};
    return {
      chunk: {
        chars: number(chunking, 'tokens', DEFAULT_CHUNK.chars / CHARS_PER_TOKEN) * CHARS_PER_TOKEN,
        overlapChars: number(chunking, 'overlap', DEFAULT_CHUNK.overlapChars / CHARS_PER_TOKEN) * CHARS_PER_TOKEN,
      },
      watch: sync?.['watch'] !== false,
      watchDebounceMs: number(sync, 'watchDebounceMs', DEFAULT_WATCH_DEBOUNCE_MS),
      hybrid: hybrid['enabled'] !== false,
      vectorWeight: number(hybrid, 'vectorWeight', 0.7),
      textWeight: number(hybrid, 'textWeight', 0.3),
      candidateFactor: number(hybrid, 'candidateMultiplier', CANDIDATE_FACTOR),
      extraPaths: chosen.extraPaths ?? [],
      sessions: (chosen.sources ?? []).includes('sessions') && experimental?.['sessionMemory'] === true,
    };
  }
}
