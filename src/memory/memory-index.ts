import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ContentOrigin } from '../common/content-parts';
import { LARGE_PAGE_CACHE, SqliteFile } from '../storage/sqlite-file';
import { type Chunk, type CorpusFacts, scoreText, weighTerms } from './rank-chunks';
import { termsOf } from './search-terms';
import { VectorSet } from './vector-set';

/** Changes when the tables or the terms do; an index of another version is made anew, but for what vectors cost. */
const VERSION = '2';
/** Chunks that full text proposes to be looked at closely. */
const MAX_CANDIDATES = 200;

export interface IndexedChunk extends Chunk {
  id: number;
  source: string;
  origin: ContentOrigin;
}

export interface IndexedFile {
  path: string;
  /** Changes when the content may have. */
  stamp: string;
  source: string;
}

/**
 * Chunks of memory files with full text and, where a model makes them, vectors: a SQLite file that can be thrown away
 * at any time, because everything in it comes from files and transcripts.
 */
export class MemoryIndex {
  private vectors: VectorSet | undefined;
  /** Counting reads every row, so it is done once after a change. */
  private facts: { chunks: number; averageTerms: number | null } | undefined;

  private constructor(
    private readonly db: SqliteFile,
    readonly path: string,
  ) {}

  static open(path: string): MemoryIndex {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const open = (): SqliteFile => {
      closeSync(openSync(path, 'a', 0o600));
      return new SqliteFile(path);
    };
    let db = open();
    try {
      const version = db.pragmaValue('user_version');
      if (String(version) !== VERSION && version !== 0) dropTerms(db);
      createTables(db);
    } catch {
      // Nothing here is lost for good: it is made anew from the files.
      db.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      db = open();
      createTables(db);
    }
    return new MemoryIndex(db, path);
  }

  close(): void {
    this.db.close();
  }

  files(): IndexedFile[] {
    return this.db.prepare('select path, stamp, source from files').all() as IndexedFile[];
  }

  get chunkCount(): number {
    return (this.db.prepare('select count(*) as n from chunks').get() as { n: number }).n;
  }

  get vectorCount(): number {
    return (this.db.prepare('select count(*) as n from chunks where vector is not null').get() as { n: number }).n;
  }

  /** Model that made the vectors; undefined: none. */
  get model(): string | undefined {
    const row = this.db.prepare("select value from meta where key = 'model'").get() as { value: string } | undefined;
    return row?.value;
  }

  /** Another model means other vectors. */
  useModel(model: string): void {
    if (this.model === model) return;
    this.db.transaction(() => {
      this.db.prepare('update chunks set vector = null').run();
      this.db.prepare("insert or replace into meta (key, value) values ('model', ?)").run(model);
    });
    this.vectors = undefined;
  }

  /** Puts the chunks of a file in place of those it had. */
  replace(file: IndexedFile, chunks: readonly Chunk[], origin: ContentOrigin): void {
    const addChunk = this.db.prepare(
      'insert into chunks (path, source, start_line, end_line, text, origin, terms, hash) values (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    const addText = this.db.prepare('insert into chunk_text (rowid, terms) values (?, ?)');
    this.db.transaction(() => {
      this.forget(file.path);
      this.db
        .prepare('insert into files (path, stamp, source) values (?, ?, ?)')
        .run(file.path, file.stamp, file.source);
      // Whoever asks for a day or a file means what stands there, whether or not it says so itself.
      const named = file.source === 'memory' ? termsOf(file.path) : [];
      for (const chunk of chunks) {
        const terms = [...named, ...termsOf(chunk.text)];
        const { lastInsertRowid } = addChunk.run(
          chunk.path,
          file.source,
          chunk.startLine,
          chunk.endLine,
          chunk.text,
          origin,
          terms.length,
          hashOf(chunk.text),
        );
        addText.run(lastInsertRowid, terms.join(' '));
      }
    });
    this.changed();
  }

  remove(path: string): void {
    this.db.transaction(() => this.forget(path));
    this.changed();
  }

  clear(): void {
    this.db.exec(
      'delete from files; delete from chunks; delete from chunk_text; delete from embeddings; delete from refusals; delete from meta',
    );
    this.changed();
  }

  /** Chunks without a vector, after those whose vector is known from before have got it. */
  withoutVector(): { id: number; text: string }[] {
    const missing = this.db.prepare('select 1 from chunks where vector is null limit 1').get();
    if (!missing) return [];
    this.db.exec(
      "update chunks set vector = (select e.vector from embeddings e where e.hash = chunks.hash and e.model = (select value from meta where key = 'model')) where vector is null",
    );
    this.vectors = undefined;
    return this.db
      .prepare(
        "select id, text from chunks where vector is null and not exists (select 1 from refusals r where r.hash = chunks.hash and r.model = (select value from meta where key = 'model'))",
      )
      .all() as { id: number; text: string }[];
  }

  /** Texts that the model does not take: they are not sent again until the index is made anew. */
  refuse(ids: readonly number[]): void {
    const keep = this.db.prepare(
      'insert or ignore into refusals (hash, model) select hash, ? from chunks where id = ?',
    );
    const model = this.model ?? '';
    this.db.transaction(() => {
      for (const id of ids) keep.run(model, id);
    });
  }

  /** Chunks that are found by words alone because the model has refused them. */
  get refusedCount(): number {
    const row = this.db
      .prepare(
        "select count(*) as n from chunks where vector is null and exists (select 1 from refusals r where r.hash = chunks.hash and r.model = (select value from meta where key = 'model'))",
      )
      .get();
    return (row as { n: number }).n;
  }

  setVectors(vectors: readonly { id: number; vector: Float32Array }[]): void {
    const set = this.db.prepare('update chunks set vector = ? where id = ?');
    const keep = this.db.prepare(
      'insert or replace into embeddings (hash, model, vector) select hash, ?, vector from chunks where id = ?',
    );
    const model = this.model ?? '';
    this.db.transaction(() => {
      for (const { id, vector } of vectors) {
        set.run(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength), id);
        keep.run(model, id);
      }
    });
    this.vectors = undefined;
  }

  /** Share of the best possible full-text score by chunk. */
  byText(query: string): Map<number, number> {
    const corpus = this.corpus();
    const weights = weighTerms(query, corpus);
    if (weights.size === 0) return new Map();
    const match = [...weights.keys()].map((term) => `"${term.replaceAll('"', '""')}"`).join(' OR ');
    const rows = this.db
      .prepare('select rowid as id, terms from chunk_text where chunk_text match ? order by rank limit ?')
      .all(match, MAX_CANDIDATES) as { id: number; terms: string }[];
    return new Map(rows.map(({ id, terms }) => [id, scoreText(weights, terms.split(' '), corpus)]));
  }

  /** Cosine with a query by chunk, for the nearest ones. */
  byVector(query: Float32Array, limit: number): Map<number, number> {
    this.vectors ??= this.loadVectors(query.length);
    if (this.vectors.dimensions !== query.length) return new Map();
    return new Map(this.vectors.nearest(query, limit).map(({ id, score }) => [id, Math.max(0, score)]));
  }

  chunk(id: number): IndexedChunk | undefined {
    const row = this.db
      .prepare(
        'select id, path, source, start_line as startLine, end_line as endLine, text, origin from chunks where id = ?',
      )
      .get(id);
    return row as IndexedChunk | undefined;
  }

  /** Gives the memory of the vectors back; the next search reads them again. */
  rest(): void {
    this.vectors = undefined;
  }

  private changed(): void {
    this.vectors = undefined;
    this.facts = undefined;
  }

  private forget(path: string): void {
    this.db.prepare('delete from chunk_text where rowid in (select id from chunks where path = ?)').run(path);
    this.db.prepare('delete from chunks where path = ?').run(path);
    this.db.prepare('delete from files where path = ?').run(path);
  }

  private corpus(): CorpusFacts {
    this.facts ??= this.db.prepare('select count(*) as chunks, avg(terms) as averageTerms from chunks').get() as {
      chunks: number;
      averageTerms: number | null;
    };
    const { facts } = this;
    const holding = this.db.prepare('select doc from chunk_terms where term = ?');
    return {
      chunks: facts.chunks,
      averageTerms: facts.averageTerms ?? 1,
      holding: (term) => (holding.get(term) as { doc: number } | undefined)?.doc ?? 0,
    };
  }

  private loadVectors(dimensions: number): VectorSet {
    const rows = this.db.prepare('select id, vector from chunks where vector is not null and length(vector) = ?');
    const found = rows.all(dimensions * 4) as { id: number; vector: Uint8Array }[];
    const set = new VectorSet(dimensions, found.length);
    for (const { id, vector } of found) {
      const copy = new ArrayBuffer(vector.byteLength);
      new Uint8Array(copy).set(vector);
      set.add(id, new Float32Array(copy));
    }
    return set;
  }
}

/** What was paid for stays: vectors by the text that they stand for. */
function dropTerms(db: SqliteFile): void {
  db.exec(`
    drop table if exists chunk_terms;
    drop table if exists chunk_text;
    drop table if exists chunks;
    drop table if exists files;
  `);
}

function createTables(db: SqliteFile): void {
  db.exec(`
    pragma journal_mode = WAL;
    pragma synchronous = OFF;
    pragma ${LARGE_PAGE_CACHE};
    create table if not exists meta (key text primary key, value text not null);
    create table if not exists files (path text primary key, stamp text not null, source text not null);
    create table if not exists chunks (
      id integer primary key, path text not null, source text not null, start_line integer not null,
      end_line integer not null, text text not null, origin text not null, terms integer not null, hash text not null,
      vector blob
    );
    create index if not exists chunks_path on chunks (path);
    create index if not exists chunks_bare on chunks (id) where vector is null;
    create table if not exists embeddings (hash text not null, model text not null, vector blob not null, primary key (hash, model));
    create table if not exists refusals (hash text not null, model text not null, primary key (hash, model));
    -- Terms are folded and cut already; this tokenizer takes blanks alone for borders in them.
    create virtual table if not exists chunk_text using fts5 (terms, tokenize = "ascii");
    create virtual table if not exists chunk_terms using fts5vocab (chunk_text, 'row');
    pragma user_version = ${VERSION};
  `);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
