import { Injectable } from '@nestjs/common';
import { CONTENT_ORIGINS, type ContentOrigin } from '../../common/content-parts';
import { DatabaseService } from '../../storage/database.service';

/** Remembers which files hold text of somebody else, so that reading them later does not wash it clean. */
@Injectable()
export class FileOrigins {
  constructor(private readonly database: DatabaseService) {}

  /** @param path real absolute path */
  async of(path: string): Promise<ContentOrigin | undefined> {
    const row = await this.database.read
      .selectFrom('file_origins')
      .select('origin')
      .where('path', '=', path)
      .executeTakeFirst();
    return CONTENT_ORIGINS.find((origin) => origin === row?.origin);
  }

  /** Marked files at or below a folder. */
  async below(folder: string): Promise<Map<string, ContentOrigin>> {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`;
    const rows = await this.database.read
      .selectFrom('file_origins')
      .selectAll()
      .where((eb) =>
        eb.or([eb('path', '=', folder), eb.and([eb('path', '>=', prefix), eb('path', '<', `${prefix}\uffff`)])]),
      )
      .execute();
    return new Map(rows.map((row) => [row.path, row.origin as ContentOrigin]));
  }

  /** Marks a file, or clears its mark when its whole content is the owner's or the assistant's own. */
  async set(path: string, origin: ContentOrigin | undefined): Promise<void> {
    if (origin === undefined && (await this.of(path)) === undefined) return;
    await this.database.write('file-origin.set', async (transaction) => {
      await transaction.deleteFrom('file_origins').where('path', '=', path).execute();
      if (origin !== undefined)
        await transaction.insertInto('file_origins').values({ path, origin, updated_at: Date.now() }).execute();
    });
  }
}
