import { Injectable } from '@nestjs/common';
import type { ReceivedFileTable } from '../../storage/file-tables';
import { DatabaseService } from '../../storage/database.service';

export type ReceivedFile = ReceivedFileTable;

const BATCH = 200;

/** Where the files lie that people have sent. */
@Injectable()
export class ReceivedFilesStore {
  constructor(private readonly database: DatabaseService) {}

  find(path: string): Promise<ReceivedFile | undefined> {
    return this.database.read
      .selectFrom('received_files')
      .selectAll()
      .where('path', '=', path)
      .executeTakeFirst()
      .then((row) => row && fromRow(row));
  }

  /** All of them, or those of one folder, oldest first. */
  async all(room?: string): Promise<ReceivedFile[]> {
    const rows = await this.database.read
      .selectFrom('received_files')
      .selectAll()
      .$if(room !== undefined, (query) => query.where('room', '=', room ?? ''))
      .orderBy('received_at')
      .orderBy('path')
      .execute();
    return rows.map(fromRow);
  }

  async add(file: ReceivedFile): Promise<void> {
    await this.database.write('received-file.add', (transaction) =>
      transaction
        .insertInto('received_files')
        .values(file)
        .onConflict((conflict) => conflict.column('path').doUpdateSet(file))
        .execute(),
    );
  }

  async forget(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    await this.database.write('received-file.forget', async (transaction) => {
      for (let at = 0; at < paths.length; at += BATCH)
        await transaction
          .deleteFrom('received_files')
          .where('path', 'in', paths.slice(at, at + BATCH))
          .execute();
    });
  }

  /** Conversations in which something runs or waits: their files are in use. */
  async busySessions(): Promise<ReadonlySet<string>> {
    const [turns, rows] = await Promise.all([
      this.database.read.selectFrom('turns').select('session_key').where('state', '=', 'running').execute(),
      this.database.read
        .selectFrom('inbox')
        .select('session_key')
        .where('state', 'in', ['pending', 'running', 'command'])
        .where('session_key', 'is not', null)
        .distinct()
        .execute(),
    ]);
    return new Set([...turns, ...rows].map(({ session_key }) => session_key ?? ''));
  }
}

/** PostgreSQL gives whole numbers of eight bytes as texts. */
const fromRow = (row: ReceivedFileTable): ReceivedFile => ({
  ...row,
  bytes: Number(row.bytes),
  received_at: Number(row.received_at),
});
