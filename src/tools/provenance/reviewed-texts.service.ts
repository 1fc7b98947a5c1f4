import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { decodeOwnText } from '../../common/text/decode-text';
import { cutText } from '../../common/cut-text';
import { DatabaseService } from '../../storage/database.service';
import { isPromptName } from '../files/prompt-files';
import { WorkspaceFiles } from '../files/workspace-files';
import { FileOrigins } from './file-origins.store';
import { isTrusted } from './taint';

/** Longer ones are cut in the prompt anyway. */
const MAX_CHARS = 200_000;

/**
 * What the files of the prompt said before text of others came into them. That is what models go on reading until the
 * owner has looked at the rest.
 */
@Injectable()
export class ReviewedTexts {
  constructor(
    private readonly database: DatabaseService,
    private readonly origins: FileOrigins,
  ) {}

  /** The kept text of a file that holds others' text by now; undefined where none was kept. */
  async of(path: string): Promise<string | undefined> {
    const row = await this.database.read
      .selectFrom('reviewed_texts')
      .select('text')
      .where('path', '=', path)
      .executeTakeFirst();
    return row?.text;
  }

  /** Contents of the files of the prompt that may be trusted right now. */
  async look(folder: string): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    const workspace = await realpath(folder);
    for (const name of await readdir(workspace).catch(() => [])) {
      const path = join(workspace, name);
      if (isPromptName(workspace, path))
        for (const [at, text] of await this.lookAt(workspace, path)) texts.set(at, text);
    }
    return texts;
  }

  /** The same of one file, by its real path. */
  async lookAt(workspace: string, path: string): Promise<ReadonlyMap<string, string>> {
    if (!isTrusted(await this.origins.labelOf(path, workspace))) return new Map();
    const text = await readText(workspace, path);
    return new Map(text === undefined ? [] : [[path, text]]);
  }

  /**
   * Keeps what stood in files before they got others' text.
   * @param before contents as {@link look} gave them
   */
  async keep(before: ReadonlyMap<string, string>, changed: Iterable<string>): Promise<void> {
    for (const path of changed) {
      if ((await this.of(path)) !== undefined) continue;
      const text = before.get(path) ?? '';
      await this.database.write('reviewed.keep', (transaction) =>
        transaction
          .insertInto('reviewed_texts')
          .values({ path, text })
          .onConflict((conflict) => conflict.column('path').doNothing())
          .execute(),
      );
    }
  }

  /** The file may be trusted again, or is gone. */
  async drop(path: string): Promise<void> {
    if ((await this.of(path)) === undefined) return;
    await this.database.write('reviewed.drop', (transaction) =>
      transaction.deleteFrom('reviewed_texts').where('path', '=', path).execute(),
    );
  }
}

async function readText(workspace: string, name: string): Promise<string | undefined> {
  try {
    const { content } = await new WorkspaceFiles([workspace]).readBytes(name, MAX_CHARS * 4);
    return cutText(decodeOwnText(content), MAX_CHARS, { mark: '' });
  } catch {
    // A link that leads out, or something that is not a file: it is not shown either.
    return undefined;
  }
}
