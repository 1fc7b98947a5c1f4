import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { shortId } from '../../common/short-id';
import { cutText } from '../../common/cut-text';
import { writeFileAtomic } from '../../common/atomic-file';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { keepConversationIn } from '../../sessions/ended-conversations';
import { type SessionEntry, withoutOrder } from '../../sessions/session-entry';
import { SessionStore } from '../../sessions/session.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { DatabaseService } from '../../storage/database.service';
import { WorkspaceFiles } from '../../tools/files/workspace-files';
import { FileOrigins } from '../../tools/provenance/file-origins.store';
import { worstOrigin } from '../../tools/provenance/taint';
import { originsOf } from '../../sessions/said-texts';
import { WorkspaceService } from '../../workspace/workspace.service';
import { CompactionStore } from '../context/compaction.store';
import { type ExportFormat, exportSession } from './export-session';
import type { ImportedSession } from './import-session';

const FILE_MODE = 0o600;
const IMPORT_BATCH = 500;

/** Conversations into files and out of them. */
@Injectable()
export class SessionArchive {
  constructor(
    private readonly config: ConfigService,
    private readonly database: DatabaseService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly compactions: CompactionStore,
    private readonly workspaces: WorkspaceService,
    private readonly origins: FileOrigins,
  ) {}

  async export(session: SessionEntry, format: ExportFormat): Promise<string> {
    const [events, compactions] = await Promise.all([
      this.transcripts.read(session.sessionId),
      this.compactions.all(session.sessionId),
    ]);
    return exportSession(session, events, compactions, format);
  }

  /** @returns path of the file, relative to the workspace */
  async exportToWorkspace(session: SessionEntry, format: ExportFormat): Promise<string> {
    const name = cutText((session.label ?? session.key).replace(/[^\p{L}\p{N}_-]+/gu, '-'), 60, { mark: '' });
    const stamp = shortId(new Date().toISOString(), 19).replaceAll(':', '-');
    const path = `exports/${name}-${stamp}.${format}`;
    const files = new WorkspaceFiles([this.workspaces.pathOf(session.agentId)]);
    const text = await this.export(session, format);
    const events = await this.transcripts.read(session.sessionId);
    const origin = worstOrigin(originsOf(events), 'workspace');
    // Before it is there, so that nobody reads it as a file of the owner.
    await this.origins.set(await files.resolve(path), origin);
    const written = await files.write(path, text, FILE_MODE);
    await this.origins.set(written.path, origin);
    return path;
  }

  /** Keeps the transcript of a session that is about to be removed. */
  async keepDeleted(session: SessionEntry): Promise<string[]> {
    const text = await this.export(session, 'jsonl');
    if (text.split('\n').length <= 2) return [];
    const folder = join(this.config.stateDir, 'agents', session.agentId, 'sessions');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stamp = new Date().toISOString().replaceAll(':', '-');
    const file = join(folder, `${session.sessionId}.jsonl.deleted.${stamp}`);
    writeFileAtomic(file, text);
    return [file];
  }

  /**
   * A transcript of elsewhere as a session of ours. The same one again changes nothing.
   * @throws RpcError INVALID_REQUEST when the session has another conversation
   */
  async import(
    key: string,
    agentId: string,
    imported: ImportedSession,
  ): Promise<{ session: SessionEntry; added: number }> {
    const known = await this.sessions.find(key);
    const sessionId = imported.sessionId ?? randomUUID();
    const isSame = known?.sessionId === sessionId;
    if (known && !isSame && (await this.transcripts.readTail(known.sessionId, 1)).length > 0)
      throw invalidRequest(`session ${key} has a conversation of its own; import it under another key`);
    const present = isSame ? ((await this.transcripts.readTail(sessionId, 1))[0]?.seq ?? 0) : 0;
    const rest = imported.events.slice(present);
    const session = await this.sessions.upsert(key, agentId, (entry) => ({
      ...entry,
      sessionId,
      ...(imported.createdAt === undefined ? {} : { createdAt: imported.createdAt }),
    }));
    for (let at = 0; at < rest.length; at += IMPORT_BATCH)
      await this.database.write('session.import', (transaction) =>
        this.transcripts.appendIn(transaction, sessionId, rest.slice(at, at + IMPORT_BATCH)),
      );
    this.transcripts.forget(sessionId);
    for (const { before, summary, tokensBefore, at } of imported.compactions)
      if (before > 0 && summary !== '')
        await this.compactions.add({
          sessionId,
          throughSeq: before,
          summary,
          by: 'model',
          tokensBefore,
          tokensAfter: 0,
          origin: 'tool',
          at,
        });
    return { session, added: rest.length };
  }

  /** The same conversation under another key; what is said there from now on stays there. */
  async fork(source: SessionEntry, key: string, throughSeq = Infinity): Promise<SessionEntry> {
    const taken = (): Error => invalidRequest(`session ${key} exists already`);
    if (await this.sessions.find(key)) throw taken();
    const sessionId = randomUUID();
    const through = await this.transcripts.copy(source.sessionId, sessionId, throughSeq);
    // There is a session only when all of it is copied.
    return this.database.write('session.fork', async (transaction) => {
      if (await this.sessions.findIn(transaction, key)) throw taken();
      const fresh = await this.sessions.ensureIn(transaction, key, source.agentId);
      const { label: _label, key: _key, createdAt: _created, branchOf: _of, rewound: _rewound, ...kept } = source;
      const choices = withoutOrder(kept);
      const entry = { ...choices, ...fresh, sessionId, forkedFrom: source.key };
      await this.sessions.saveIn(transaction, entry);
      await keepConversationIn(transaction, sessionId);
      await this.compactions.copyIn(transaction, source.sessionId, sessionId, through);
      return entry;
    });
  }
}
