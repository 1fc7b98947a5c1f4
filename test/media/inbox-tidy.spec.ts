import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReceivedFiles } from '../../src/agent/media/received-files.service';
import { ReceivedFilesStore } from '../../src/agent/media/received-files.store';
import { SilentLoggerFactory } from '../../src/common/logger';
import type { DatabaseService } from '../../src/storage/database.service';
import { FileOrigins } from '../../src/tools/provenance/file-origins.store';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const DAY = 86_400_000;
const MIB = 1024 * 1024;

describe.each(STORE_KINDS)('tidying of inbox/ (%s)', (kind) => {
  let place: TestDatabase;
  let database: DatabaseService;
  let room: string;
  let now: number;
  const limits: { keepDays?: number; maxMb?: number; maxConversationMb?: number } = {};
  let files: ReceivedFiles;
  let origins: FileOrigins;

  beforeEach(async () => {
    place = await TestDatabase.create(kind);
    database = await place.open();
    room = join(place.stateDir, 'room');
    mkdirSync(room);
    now = Date.now();
    origins = new FileOrigins(database);
    for (const key of Object.keys(limits)) delete limits[key as keyof typeof limits];
    files = new ReceivedFiles(
      new ReceivedFilesStore(database),
      { of: () => ({ path: room, readOnly: false }) } as never,
      origins,
      { config: { maintenance: { inbox: limits }, agents: { defaults: { userTimezone: 'UTC' } } } } as never,
      new SilentLoggerFactory(),
      { now: () => now, monotonic: () => now },
    );
  });
  afterEach(() => place.remove());

  const keep = async (name: string, sessionKey = 's', bytes = 3, isOwner = true): Promise<string> => {
    const content = Buffer.alloc(bytes, name);
    const origin = isOwner ? 'file' : 'stranger';
    const { path } = await files.keep(name, 'text/plain', content, { agentId: 'main', sessionKey, isOwner, origin });
    return join(room, path);
  };
  const later = (days: number): void => void (now += days * DAY);
  const open = (sessionKey: string, state: string): Promise<unknown> =>
    database.write('turn.start', (transaction) =>
      transaction
        .insertInto('inbox')
        .values({
          id: `${sessionKey}-${state}`,
          channel: 'c',
          account: 'a',
          external_id: `${sessionKey}-${state}`,
          session_key: sessionKey,
          run_id: `${sessionKey}-${state}`,
          turn_id: null,
          payload: '{}',
          state: state as never,
          reason: null,
          received_at: now,
          updated_at: now,
        } as never)
        .execute(),
    );

  it('ends files by age, with their day and what was noted of them; not the newer ones', async () => {
    const old = await keep('old.txt');
    later(20);
    const newer = await keep('newer.txt');
    later(11);
    utimesSync(old, 0, 0);
    expect(await files.tidy()).toBe(1);
    expect([existsSync(old), existsSync(newer)]).toEqual([false, true]);
    expect(existsSync(join(old, '..'))).toBe(false);
    expect(await origins.of(old)).toBeUndefined();
  });

  it('counts from the last change', async () => {
    const edited = await keep('edited.txt');
    later(40);
    utimesSync(edited, now / 1000, now / 1000);
    expect(await files.tidy()).toBe(0);
    expect(existsSync(edited)).toBe(true);
  });

  it.each(['pending', 'running', 'command'])('leaves a conversation alone in which a message is %s', async (state) => {
    const used = await keep('used.txt', 'open');
    const other = await keep('other.txt', 'closed');
    await open('open', state);
    later(400);
    for (const path of [used, other]) utimesSync(path, 0, 0);
    expect(await files.tidy()).toBe(1);
    expect([existsSync(used), existsSync(other)]).toEqual([true, false]);
  });

  it('ends the oldest first where there are more than the limit', async () => {
    limits.maxMb = 3;
    const paths = [];
    for (const name of ['a', 'b', 'c']) {
      paths.push(await keep(`${name}.bin`, name, MIB));
      later(1);
    }
    limits.maxMb = 2;
    expect(await files.tidy()).toBe(1);
    expect(paths.map((path) => existsSync(path))).toEqual([false, true, true]);
    // A new one makes room for itself.
    const next = await keep('d.bin', 'd', MIB);
    expect([...paths, next].map((path) => existsSync(path))).toEqual([false, false, true, true]);
  });

  it('refuses what does not fit where nothing may go', async () => {
    limits.maxMb = 2;
    await keep('a.bin', 'busy', 2 * MIB);
    await open('busy', 'running');
    later(2);
    await expect(keep('b.bin', 'other', MIB)).rejects.toThrow('maintenance.inbox.maxMb');
  });

  it('touches nothing else: what people moved, replaced by a folder, or put there themselves', async () => {
    const replaced = await keep('replaced.txt');
    const gone = await keep('gone.txt');
    rmSync(replaced);
    mkdirSync(replaced);
    writeFileSync(join(replaced, 'own.txt'), 'own');
    rmSync(gone);
    writeFileSync(join(room, 'inbox', 'own.txt'), 'own');
    later(400);
    expect(await files.tidy()).toBe(0);
    expect(existsSync(join(replaced, 'own.txt'))).toBe(true);
    expect(existsSync(join(room, 'inbox', 'own.txt'))).toBe(true);
    expect(await new ReceivedFilesStore(database).all()).toEqual([]);
  });

  it('notes whose words are in each', async () => {
    expect(await origins.of(await keep('own.txt'))).toBe('file');
    expect(await origins.of(await keep('guest.txt', 'g', 3, false))).toBe('stranger');
  });

  it('a guest’s room holds no more than a guest’s room may', async () => {
    writeFileSync(join(room, 'large'), Buffer.alloc(49 * MIB));
    await expect(keep('more.bin', 'g', 2 * MIB, false)).rejects.toThrow('the folder of a guest holds at most');
  });

  it('many at once have a name each', async () => {
    const paths = await Promise.all(['x', 'y', 'z'].map((sessionKey) => keep('same.txt', sessionKey)));
    expect(new Set(paths).size).toBe(3);
  });
});
