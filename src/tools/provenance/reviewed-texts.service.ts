import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { decodeOwnText } from '../../common/text/decode-text';
import { cutText } from '../../common/cut-text';
import { RecentMap } from '../../common/recent-map';
import { DatabaseService } from '../../storage/database.service';
import { isPromptName } from '../files/prompt-files';
import { WorkspaceFiles } from '../files/workspace-files';
import { type FileFacts, FileOrigins, factsOf, sameFacts, statsOf } from './file-origins.store';
import { isTrusted } from './taint';

/** Longer ones are cut in the prompt anyway. */
const MAX_CHARS = 200_000;
/** Texts that are remembered, and how long they may be. */
const MOST_TEXTS = 64;
const MAX_REMEMBERED = 20_000;
/** A file that was changed so shortly before it was read may have been changed again without another time. */
const SETTLED_MS = 1000;

/**
 * What the files of the prompt said before text of others came into them. That is what models go on reading until the
 * owner has looked at the rest.
 */
@Injectable()
export class ReviewedTexts {
  /** By path; each command looks at the same files, which change seldom. */
  private readonly texts = new RecentMap<string, { facts: FileFacts; text: string | undefined }>(MOST_TEXTS);

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
    const names = await readdir(workspace).catch(() => []);
    const paths = names.map((name) => join(workspace, name)).filter((path) => isPromptName(workspace, path));
    const labels = await this.origins.labelsOf(paths, workspace);
    for (const [index, path] of paths.entries()) {
      const text = isTrusted(labels[index] ?? 'file') ? await this.textOf(workspace, path) : undefined;
      if (text !== undefined) texts.set(path, text);
    }
    return texts;
  }

  /** The same of one file, by its real path. */
  async lookAt(workspace: string, path: string): Promise<ReadonlyMap<string, string>> {
    if (!isTrusted(await this.origins.labelOf(path, workspace))) return new Map();
    const text = await this.textOf(workspace, path);
    return new Map(text === undefined ? [] : [[path, text]]);
  }

  private async textOf(workspace: string, path: string): Promise<string | undefined> {
    const info = statsOf(path);
    const facts = info && factsOf(info);
    const known = this.texts.get(path);
    if (known && facts && sameFacts(known.facts, facts)) return known.text;
    const text = await readText(workspace, path);
    if (facts && Date.now() - Number(info.ctimeMs) > SETTLED_MS && (text?.length ?? 0) <= MAX_REMEMBERED)
      this.texts.set(path, { facts, text });
    return text;
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
