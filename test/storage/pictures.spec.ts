import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { ModelStepOutput } from '../../src/agent/turns/turn-record';
import { TurnStore } from '../../src/agent/turns/turn.store';
import type { ImagePart } from '../../src/common/content-parts';
import { InboxStore, type NewInboxRow } from '../../src/inbox/inbox.store';
import { RETENTION, retentionTimes } from '../../src/operations/maintenance/retention';
import { SessionStore } from '../../src/sessions/session.store';
import type { NewTranscriptEvent } from '../../src/sessions/transcript-event';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const DAY = 86_400_000;
const picture = (bytes = 200_000): ImagePart => ({
  type: 'image',
  mimeType: 'image/png',
  data: randomBytes(bytes).toString('base64'),
  origin: 'file',
});
const event = (...content: ImagePart[]): NewTranscriptEvent => ({
  runId: null,
  at: 1,
  message: { role: 'user', content: [{ type: 'text', text: 'Look', origin: 'owner' }, ...content] },
});

describe.each(STORE_KINDS)('pictures on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let transcripts: TranscriptStore;
  let inbox: InboxStore;
  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    transcripts = new TranscriptStore(database);
    inbox = new InboxStore(database);
  });
  afterEach(() => home.remove());

  const row = (externalId: string, ...images: ImagePart[]): NewInboxRow => ({
    channel: 'c',
    account: 'a',
    externalId,
    sessionKey: 'k',
    runId: externalId,
    message: { text: 'Look', isOwner: true, origin: 'owner', images },
  });
  const accept = (each: NewInboxRow) => database.write('accept', (transaction) => inbox.insertIn(transaction, each));
  const blobs = async (): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from blobs`.execute(database.read);
    return Number(rows[0]?.n);
  };
  const longest = async (table: string, column: string): Promise<number> => {
    const { rows } = await sql<{
      n: number;
    }>`select max(length(${sql.ref(column)})) as n from ${sql.table(table)}`.execute(database.read);
    return Number(rows[0]?.n);
  };
  const tidy = (now: number): Promise<number[]> =>
    database.sweep(
      RETENTION.map(({ table, statements }) => ({
        label: `tidy.${table}`,
        statements: statements(retentionTimes(now, 90), kind),
      })),
    );

  it('are kept once, whoever holds them, and come back as they were', async () => {
    const [one, two] = [picture(), picture()];
    const { row: stored } = await accept(row('1', one, two));
    expect(stored.message.images).toEqual([one, two]);
    expect((await accept(row('1', one, two))).row.message.images).toEqual([one, two]);
    await accept(row('2', one));
    await transcripts.append('s', [event(one), event(two, one)]);
    await transcripts.append('t', [event(one)]);
    const turns = new TurnStore(database);
    await database.write('step', async (transaction) => {
      await turns.startStepIn(transaction, 'r', 0, {
        kind: 'tool',
        name: 'read',
        callId: 'c',
        args: {},
        idempotent: true,
      });
      await turns.finishStepIn(transaction, 'r', 0, { content: [two] } as unknown as ModelStepOutput);
    });
    expect(await blobs()).toBe(2);
    for (const [table, column] of [
      ['inbox', 'payload'],
      ['transcript_events', 'payload'],
      ['turn_steps', 'output'],
    ] as const)
      expect(await longest(table, column)).toBeLessThan(1000);
    expect((await inbox.pending('k')).map(({ message }) => message.images)).toEqual([[one, two], [one]]);
    expect((await inbox.findByRun('1'))?.message.images).toEqual([one, two]);
    const fresh = new TranscriptStore(database);
    expect((await fresh.read('s')).map(({ message }) => message.content.slice(1))).toEqual([[one], [two, one]]);
    expect((await fresh.readTail('s', 1))[0]?.message.content.slice(1)).toEqual([two, one]);
    expect((await turns.steps('r')).map((step) => (step.kind === 'tool' ? step.output?.content : []))).toEqual([[two]]);
  });

  it('that are small, or no plain base64, stay where they are', async () => {
    const small = picture(100);
    const odd = { ...picture(), data: `${picture().data}\n` };
    await transcripts.append('s', [event(small, odd)]);
    expect(await blobs()).toBe(0);
    expect((await new TranscriptStore(database).read('s'))[0]?.message.content.slice(1)).toEqual([small, odd]);
  });

  it('are given to nobody who does not hold them', async () => {
    const mine = picture();
    await transcripts.append('s', [event(mine)]);
    const { rows } = await sql<{ hash: string }>`select hash from blobs`.execute(database.read);
    const stolen = { type: 'image', mimeType: 'image/png', blob: rows[0]?.hash, origin: 'file' };
    await database.write('steal', (transaction) =>
      transaction
        .insertInto('transcript_events')
        .values({
          session_id: 'other',
          seq: 1,
          id: 'x',
          run_id: null,
          kind: 'user',
          payload: JSON.stringify({ message: { ...event().message, content: [{ type: 'text' }, stolen] } }),
          created_at: 1,
        })
        .execute(),
    );
    const [read] = await new TranscriptStore(database).read('other');
    expect(read?.message.content[1]).toEqual({ type: 'image', mimeType: 'image/png', origin: 'file', data: '' });
  });

  it('go with the last that holds them, no sooner', async () => {
    const [one, two] = [picture(), picture()];
    await new SessionStore(database).upsert('k', 'main', (entry) => ({ ...entry, sessionId: 's' }));
    await transcripts.append('s', [event(one)]);
    await transcripts.copy('s', 'fork');
    await accept(row('1', two));
    const later = Date.now() + 2 * DAY;
    await tidy(later);
    expect(await blobs()).toBe(2);
    await database.write('end', (transaction) => transaction.deleteFrom('inbox').execute());
    await new SessionStore(database).delete('k', true, () => Promise.resolve());
    await tidy(later);
    expect(await blobs()).toBe(1);
    expect((await new TranscriptStore(database).read('fork'))[0]?.message.content[1]).toEqual(one);
    await tidy(Date.now() + 100 * DAY);
    expect(await blobs()).toBe(0);
  });

  it('are held in memory only as long as there is room', async () => {
    for (let index = 0; index < 12; index++) await transcripts.append(`s${index}`, [event(picture(1_200_000))]);
    for (let index = 0; index < 12; index++) await transcripts.read(`s${index}`);
    await transcripts.append('large', [event(picture(2_000_000)), event(picture(2_000_000))]);
    expect((await transcripts.read('large')).length).toBe(2);
    const { warm, warmBytes } = transcripts as unknown as { warm: Map<string, unknown>; warmBytes: number };
    expect(warmBytes).toBeLessThanOrEqual(16_000_000);
    expect(warm.has('large')).toBe(false);
    expect(warm.has('s11')).toBe(true);
    expect(warm.size).toBeGreaterThan(5);
    await transcripts.append('s11', [event()]);
    expect(await transcripts.read('s11')).toHaveLength(2);
    expect((transcripts as unknown as { warmBytes: number }).warmBytes).toBeLessThanOrEqual(16_000_000);
  });
});
