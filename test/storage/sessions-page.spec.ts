import fc from 'fast-check';
import { sql } from 'kysely';
import type { SessionEntry } from '../../src/sessions/session-entry';
import { type SessionQuery, SessionStore } from '../../src/sessions/session.store';
import { ConversationTitles } from '../../src/sessions/conversation-titles';
import type { TranscriptMessage } from '../../src/sessions/transcript-event';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

/** The same, from all sessions. */
function reference(all: readonly SessionEntry[], query: SessionQuery): { keys: string[]; total: number } {
  const search = query.search?.toLowerCase();
  const shown = all
    .filter(
      (entry) =>
        (query.agentId === undefined || entry.agentId === query.agentId) &&
        (query.agentIds === undefined || query.agentIds.includes(entry.agentId)) &&
        (query.updatedAfter === undefined || entry.updatedAt >= query.updatedAfter) &&
        (query.label === undefined || entry.label === query.label) &&
        !query.without?.includes(entry.key) &&
        !query.withoutParts?.some((part) => entry.key.includes(part)) &&
        (query.spawnedBy === undefined || entry.spawnedBy === query.spawnedBy) &&
        (!search ||
          [entry.key, entry.label, entry.displayName, entry.subject].some((text) =>
            text?.toLowerCase().includes(search),
          )),
    )
    .sort((a, b) => b.updatedAt - a.updatedAt || (a.key < b.key ? -1 : 1));
  const offset = query.offset ?? 0;
  const page = shown.slice(offset, query.limit === undefined ? undefined : offset + query.limit);
  return { keys: page.map(({ key }) => key), total: shown.length };
}

describe.each(STORE_KINDS)('pages of sessions on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let store: SessionStore;
  let all: SessionEntry[];
  const KEYS = [
    ...Array.from({ length: 40 }, (_, index) => `agent:main:chat${String(index).padStart(2, '0')}`),
    ...Array.from({ length: 8 }, (_, index) => `agent:other:subagent:s${index}`),
    ...Array.from({ length: 8 }, (_, index) => `agent:main:cron:c${index}`),
    'agent:main:Übergrößen',
    'global',
    'unknown',
  ];

  beforeAll(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    let now = 1000;
    store = new SessionStore(database, { now: () => now, monotonic: () => now } as never);
    for (const [index, key] of KEYS.entries()) {
      now = 1000 + ((index * 7) % 40);
      await store.upsert(key, key.split(':')[1] ?? 'main', (entry) => ({
        ...entry,
        ...(index % 5 === 0 ? { label: `Label ${index}` } : {}),
        ...(index % 3 === 0 ? { displayName: `ÄRGER ${index}` } : {}),
        ...(index % 4 === 0 ? { subject: `about "${index}" 100%_` } : {}),
        ...(key.includes('subagent') ? { spawnedBy: `agent:main:chat0${index % 3}` } : {}),
      }));
    }
    all = await store.list();
  });
  afterAll(() => home.remove());

  it('hold what was asked for, in order, and count all of it', async () => {
    const query = fc.record(
      {
        agentId: fc.constantFrom('main', 'other', 'nobody'),
        agentIds: fc.subarray(['main', 'other', 'global']),
        updatedAfter: fc.integer({ min: 990, max: 1045 }),
        label: fc.constantFrom('Label 0', 'Label 5', 'label 5'),
        without: fc.subarray(['global', 'unknown']),
        withoutParts: fc.subarray([':subagent:', ':cron:', ':CRON:', '%']),
        spawnedBy: fc.constantFrom('agent:main:chat00', 'agent:main:chat01', 'x'),
        search: fc.constantFrom('chat', 'CHAT0', 'ärger 1', 'über', '%', '_', '"', 'label', '', 'nothing'),
        limit: fc.integer({ min: 1, max: 70 }),
        offset: fc.integer({ min: 0, max: 70 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const { entries, total } = await store.page(asked);
        expect({ keys: entries.map(({ key }) => key), total }).toEqual(reference(all, asked));
      }),
      { numRuns: 300 },
    );
  });

  it('are found by names as they are now', async () => {
    const found = async (search: string): Promise<string[]> =>
      (await store.page({ search })).entries.map(({ key }) => key);
    await store.upsert('agent:main:named', 'main', (entry) => ({ ...entry, displayName: 'Zebra' }));
    expect(await found('ZÉBRA')).toEqual(['agent:main:named']);
    await store.update('agent:main:named', (entry) => ({ ...entry, displayName: 'Okapi' }));
    expect([await found('zebra'), await found('okapi')]).toEqual([[], ['agent:main:named']]);
    await store.rename('agent:main:named', 'agent:main:quagga');
    expect([await found('named'), await found('quagga')]).toEqual([[], ['agent:main:quagga']]);
    const { sessionId } = (await store.find('agent:main:quagga')) ?? {};
    const many = Array.from({ length: 70_000 }, (_, index) => `session ${index}`);
    const { entries } = await store.page({ search: 'nothing', orSessionIds: [...many, sessionId ?? ''] });
    expect(entries.map(({ key }) => key)).toEqual(['agent:main:quagga']);
    await store.delete('agent:main:quagga', false, () => Promise.resolve());
    expect(await found('okapi')).toEqual([]);
  });

  it('read whole only what they show', async () => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      await store.page({ limit: 5 });
      expect(parse).toHaveBeenCalledTimes(5);
      parse.mockClear();
      await store.page({ limit: 5, search: 'chat' });
      expect(parse).toHaveBeenCalledTimes(5);
    } finally {
      parse.mockRestore();
    }
  });

  it('are counted without reading them', async () => {
    if (kind !== 'sqlite') return;
    const { rows } = await sql<{ detail: string }>`explain query plan
      select count(*) from sessions where archived_at is null and key not in ('global')`.execute(database.read);
    expect(rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('USING COVERING INDEX sessions_recent')]);
  });

  describe('what their conversations begin with', () => {
    let titles: ConversationTitles;
    let transcripts: TranscriptStore;
    const ids = new Map<string, string>();
    const BEGUN: Readonly<Record<string, readonly [TranscriptMessage['role'], string][]>> = {
      'agent:main:chat00': [['user', 'Wie wird das Wetter in ZÜRICH?\n\nUnd morgen?']],
      'agent:main:chat01': [
        ['assistant', 'Welcome to Zurich'],
        ['user', `A long one ${'of many words '.repeat(40)}and its end`],
        ['user', 'not the first: Zurich'],
      ],
      'agent:main:chat02': [['assistant', 'nobody has said anything']],
      'agent:main:chat03': [['user', 'Rate 100%_ of "it"']],
      'agent:main:chat04': [['user', 'ΟΔΥΣΣΕΥΣ']],
    };
    beforeAll(async () => {
      titles = new ConversationTitles(database);
      transcripts = new TranscriptStore(database);
      for (const [key, said] of Object.entries(BEGUN)) {
        const { sessionId = '' } = (await store.find(key)) ?? {};
        ids.set(key, sessionId);
        for (const [role, text] of said)
          await transcripts.append(sessionId, [
            { runId: 'r', at: 1, message: { role, content: [{ type: 'text', text, origin: 'owner' }] } as never },
          ]);
      }
    });
    const id = (key: string): string => ids.get(key) ?? '';
    const found = async (words: string): Promise<string[]> => {
      const begun = await titles.begunWith(words);
      return [...ids].filter(([, sessionId]) => begun.includes(sessionId)).map(([key]) => key.slice(-2));
    };

    it('is found in any case and spelling, as it stands and at the beginning alone', async () => {
      expect(await found('zürich')).toEqual(['00']);
      expect(await found('ZURICH?  '.trim())).toEqual(['00']);
      expect(await found('a LONG one of')).toEqual(['01']);
      expect(await found('and its end')).toEqual([]);
      expect(await found('%_')).toEqual(['03']);
      expect(await found('_')).toEqual(['03']);
      expect(await found('"IT"')).toEqual(['03']);
      expect(await found('οδυσσευς')).toEqual(['04']);
      expect(await found('οδυσσευσ')).toEqual(['04']);
      expect(await found('nobody')).toEqual([]);
      expect(await found('welcome')).toEqual([]);
    });

    it('is kept from the commit that begins them, or from when somebody first asks', async () => {
      const kept = async (): Promise<string[]> =>
        (await database.read.selectFrom('conversation_titles').select('title').orderBy('title').execute()).map(
          ({ title }) => title,
        );
      await sql`delete from conversation_titles`.execute(database.read);
      expect(await titles.of([id('agent:main:chat00'), id('agent:main:chat02'), 'nowhere'])).toEqual(
        new Map([[id('agent:main:chat00'), 'Wie wird das Wetter in ZÜRICH? Und morgen?']]),
      );
      expect(await kept()).toEqual(['Wie wird das Wetter in ZÜRICH? Und morgen?']);
      await titles.begunWith('x');
      expect(await kept()).toHaveLength(4);
      const [shown = ''] = (await titles.of([id('agent:main:chat01')])).values();
      expect(shown.length).toBeLessThanOrEqual(60);

      const fresh = await store.upsert('agent:main:fresh', 'main', (entry) => entry);
      await transcripts.append(fresh.sessionId, [
        { runId: 'r', at: 1, message: { role: 'user', content: [{ type: 'text', text: 'new', origin: 'owner' }] } },
      ]);
      expect(await kept()).toContain('new');
      expect(await store.delete(fresh.key, true, () => Promise.resolve())).toBe(true);
      expect(await kept()).not.toContain('new');
    });
  });
});
