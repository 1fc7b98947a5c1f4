import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';
import { innerParts } from '../common/paths/path-place';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { legibleText } from '../common/text/legible-text';
import { isPromptFile } from '../tools/files/prompt-files';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { type FileFacts, FileOrigins, type FileRecord, factsOf } from '../tools/provenance/file-origins.store';
import { ReviewedTexts } from '../tools/provenance/reviewed-texts.service';
import { isTrusted } from '../tools/provenance/taint';
import { WorkspaceService } from '../workspace/workspace.service';

/** A file that speaks to the assistant later and has text of others in it. */
export interface UnreviewedFile {
  path: string;
  origin: ContentOrigin;
  /** What it says now. */
  text: string;
  /** What models go on reading until then; absent where they read nothing of it. */
  before?: string;
  /** Of its bytes: only what was seen is accepted. */
  hash: string;
  /** Why it can't be shown, and so not be accepted; absent where it can. */
  unreadable?: string;
}

/** Longer ones are no notes that anybody reads. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Such a file as it stands on the disk. */
interface Found extends UnreviewedFile {
  real: string;
  facts: FileFacts;
  record: FileRecord;
}

/** Lets the owner look at what was written while text of others was in view, and decide what becomes of it. */
@Injectable()
export class MemoryReview {
  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly origins: FileOrigins,
    private readonly reviewed: ReviewedTexts,
  ) {}

  async list(agentId: string): Promise<UnreviewedFile[]> {
    return (await this.found(agentId)).map(({ real: _, facts: __, record: ___, ...file }) => file);
  }

  private async found(agentId: string): Promise<Found[]> {
    const workspace = await realpath(this.workspaces.pathOf(agentId));
    const files: Found[] = [];
    for (const [real, record] of await this.origins.below(workspace)) {
      const { origin } = record;
      if (isTrusted(origin) || innerParts(workspace, real)?.[0] === '.git' || !isPromptFile(workspace, real)) continue;
      // What is written between this look and the reading is another file than the one that is shown.
      const info = await lstat(real, { bigint: true }).catch(() => undefined);
      if (!info || info.isDirectory()) continue;
      const path = relative(workspace, real);
      const before = await this.reviewed.of(real);
      const known = { path, origin, real, record, facts: factsOf(info), ...(before === undefined ? {} : { before }) };
      files.push({ ...known, ...(await contentOf(workspace, path)) });
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @throws OpenclawError NOT_FOUND, CHANGED, UNREADABLE */
  async accept(agentId: string, path: string, hash: string): Promise<void> {
    const { real, facts, record, unreadable } = await this.seen(agentId, path, hash);
    if (unreadable !== undefined)
      throw new OpenclawError(
        'UNREADABLE',
        `path "${path}" can't be trusted, as nobody can see what it says (${unreadable}); reject it, or write it again`,
      );
    if (!(await this.origins.trust(real, facts, record)))
      throw new OpenclawError('CHANGED', `path "${path}" has changed since it was shown; look again`);
    await this.reviewed.drop(real);
  }

  /** Puts back what models go on reading; a file that had nothing of that goes. @throws OpenclawError NOT_FOUND, CHANGED */
  async reject(agentId: string, path: string, hash: string): Promise<void> {
    const { real } = await this.seen(agentId, path, hash);
    const files = new WorkspaceFiles([this.workspaces.pathOf(agentId)]);
    const before = await this.reviewed.of(real);
    if (before === undefined || before === '') {
      await files.remove(path);
      await this.origins.forget(real);
    } else {
      await files.write(path, before);
      await this.origins.set(real, 'workspace');
    }
    await this.reviewed.drop(real);
  }

  private async seen(agentId: string, path: string, hash: string): Promise<Found> {
    const file = (await this.found(agentId)).find((each) => each.path === path);
    if (!file)
      throw new OpenclawError('NOT_FOUND', `path "${path}" waits for no review; memory.review lists what does`);
    if (!file.hash.startsWith(hash) || hash.length < 8)
      throw new OpenclawError(
        'CHANGED',
        `hash: "${path}" has changed since it was shown (it is ${file.hash} now); look again`,
      );
    return file;
  }
}

/** What a file says to a model: also one whose bytes are not all those of a text. */
async function contentOf(
  workspace: string,
  path: string,
): Promise<Pick<UnreviewedFile, 'text' | 'hash' | 'unreadable'>> {
  try {
    const { content } = await new WorkspaceFiles([workspace]).readBytes(path, MAX_BYTES);
    const text = legibleText(content)?.text;
    return { text: text ?? '', hash: hashOf(content), ...(text === undefined ? { unreadable: 'it is no text' } : {}) };
  } catch (error) {
    return { text: '', hash: hashOf(path), unreadable: messageOf(error) };
  }
}

const hashOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex').slice(0, 16);
