import { existsSync, lstatSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { DatabaseService } from '../../src/storage/database.service';
import { FileWriter } from '../../src/tools/files/file-writer.service';
import { CommandFiles, type CommandTrace } from '../../src/tools/provenance/command-files.service';
import { type FileFacts, FileOrigins, type FileRecord, factsOf } from '../../src/tools/provenance/file-origins.store';
import { ReviewedTexts } from '../../src/tools/provenance/reviewed-texts.service';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

type Place = 'judged' | 'read' | 'looked';

/** Stops where others may come in between while a command ends. */
class StoppingOrigins extends FileOrigins {
  stop: (place: Place) => Promise<void> = () => Promise.resolve();
  private reads = 0;

  /** Records are read to judge what was in reach, and once more beside the files. */
  override async below(folder: string): ReturnType<FileOrigins['below']> {
    const records = await super.below(folder);
    await this.stop(++this.reads % 2 === 1 ? 'judged' : 'read');
    return records;
  }

  begin(): void {
    this.reads = 0;
  }

  override async settle(...given: Parameters<FileOrigins['settle']>): ReturnType<FileOrigins['settle']> {
    await this.stop('looked');
    return super.settle(...given);
  }
}

describe.each(STORE_KINDS)('whose text a file holds, while commands end and others write (%s)', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  let origins: StoppingOrigins;
  let commands: CommandFiles;
  let writer: FileWriter;
  let rooms = 0;

  beforeAll(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
    origins = new StoppingOrigins(database);
    const reviewed = new ReviewedTexts(database, origins);
    commands = new CommandFiles(origins, reviewed);
    writer = new FileWriter(origins, reviewed);
  });
  afterAll(() => home.remove());

  const room = (): string => {
    const folder = join(realpathSync(home.stateDir), `room-${++rooms}`);
    mkdirSync(folder);
    return folder;
  };
  const end = (trace: CommandTrace): Promise<void> => {
    origins.begin();
    return trace.end();
  };
  const write = (workspace: string, name: string, text: string, from: 'web' | 'owner'): Promise<unknown> =>
    writer.write({ workspace, subject: {}, provenance: { origins: new Set([from]) } } as never, name, text, []);

  it.each(['MEMORY.md', 'note.txt'])(
    'a file that another writes while a command’s files are noted: %s',
    async (name) => {
      for (const place of ['judged', 'read', 'looked'] as const) {
        const workspace = room();
        const trace = await commands.begin({ workspace, also: [], read: ['owner'] });
        let isDone = false;
        origins.stop = async (at) => {
          if (at !== place || isDone) return;
          isDone = true;
          await write(workspace, name, 'tea is warm', 'web');
        };
        await end(trace);
        origins.stop = () => Promise.resolve();
        expect(isDone).toBe(true);
        expect(await origins.of(join(workspace, name))).toBe('web');
      }
    },
  );

  it.each(['MEMORY.md', 'note.txt'])(
    'a file that is being written while a command’s files are noted: %s',
    async (name) => {
      const workspace = room();
      const trace = await commands.begin({ workspace, also: [], read: ['owner'] });
      // The record comes before the content, as a file is never to stand there without one.
      await origins.set(join(workspace, name), 'web');
      origins.stop = async (at) => {
        if (at !== 'looked') return;
        origins.stop = () => Promise.resolve();
        await write(workspace, name, 'tea is warm', 'web');
      };
      await end(trace);
      expect(await origins.of(join(workspace, name))).toBe('web');
    },
  );

  it('a file that is being written, and comes after a command’s files were noted', async () => {
    const workspace = room();
    const path = join(workspace, 'note.txt');
    const trace = await commands.begin({ workspace, also: [], read: ['owner'] });
    await origins.set(path, 'web');
    await end(trace);
    writeFileSync(path, 'tea is warm');
    expect(await origins.of(path)).toBe('web');
  });

  it('an owner trusts what was seen, and nothing that came since', async () => {
    const workspace = room();
    const path = join(workspace, 'MEMORY.md');
    const factsNow = (): FileFacts => factsOf(lstatSync(path, { bigint: true }));
    const record = async (): Promise<FileRecord> => (await origins.below(workspace)).get(path) as FileRecord;
    await write(workspace, 'MEMORY.md', 'tea is warm', 'web');
    const [facts, seen] = [factsNow(), await record()];

    await write(workspace, 'MEMORY.md', 'tea is cold', 'web');
    expect(await origins.trust(path, factsNow(), seen)).toBe(false);
    expect(await origins.trust(path, facts, await record())).toBe(false);
    expect(await origins.of(path)).toBe('web');

    writeFileSync(path, 'by hand');
    expect(await origins.trust(path, factsNow(), await record())).toBe(true);
    expect(await origins.of(path)).toBe('workspace');
  });

  it('a file that a command took away leaves its name to others', async () => {
    const workspace = room();
    await write(workspace, 'note.txt', 'tea is warm', 'web');
    const trace = await commands.begin({ workspace, also: [], read: ['owner'] });
    rmSync(join(workspace, 'note.txt'));
    await end(trace);
    writeFileSync(join(workspace, 'note.txt'), 'by hand');
    expect(await origins.of(join(workspace, 'note.txt'))).toBeUndefined();
  });

  const NAMES = ['MEMORY.md', 'note.txt', 'memory/day.md'] as const;
  const step = fc.record({
    at: fc.constantFrom('before', 'judged', 'read', 'looked', 'after'),
    what: fc.constantFrom('write', 'move', 'remove'),
    name: fc.constantFrom(...NAMES),
    to: fc.constantFrom(...NAMES),
  });

  it('the web’s text stays the web’s, whatever comes between', async () => {
    let text = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const workspace = room();
        mkdirSync(join(workspace, 'memory'));
        /** Names that hold the web's text by now. */
        const foreign = new Set<string>();
        const run = async (place: string): Promise<void> => {
          for (const { at, what, name, to } of steps) {
            if (at !== place) continue;
            if (what === 'write') {
              await write(workspace, name, `web ${++text}`, 'web');
              foreign.add(name);
            } else if (!existsSync(join(workspace, name))) continue;
            // What a command does itself while it is at work.
            else if (at === 'before' && what === 'move') {
              renameSync(join(workspace, name), join(workspace, to));
              if (foreign.delete(name)) foreign.add(to);
            } else if (what === 'remove') {
              rmSync(join(workspace, name));
              foreign.delete(name);
            }
          }
        };
        const trace = await commands.begin({ workspace, also: [], read: ['owner'] });
        await run('before');
        const ran = new Set<string>();
        origins.stop = async (place) => {
          if (ran.has(place)) return;
          ran.add(place);
          await run(place);
        };
        await end(trace);
        origins.stop = () => Promise.resolve();
        await run('after');
        for (const name of foreign)
          expect([name, await origins.labelOf(join(workspace, name), workspace)]).toEqual([name, 'web']);
      }),
      { numRuns: 60 },
    );
  });
});
