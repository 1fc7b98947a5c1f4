import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';
import { innerParts } from '../common/paths/path-place';
import { OpenclawError } from '../common/openclaw-error';
import { isPromptFile } from '../tools/files/prompt-files';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { FileOrigins } from '../tools/provenance/file-origins.store';
import { ReviewedTexts } from '../tools/provenance/reviewed-texts.service';
import { isTrusted } from '../tools/provenance/taint';
import { WorkspaceService } from '../workspace/workspace.service';
import { readMemoryFile } from './memory-files';

/** A file that speaks to the assistant later and has text of others in it. */
export interface UnreviewedFile {
  path: string;
  origin: ContentOrigin;
  /** What it says now. */
  text: string;
  /** What models go on reading until then; absent where they read nothing of it. */
  before?: string;
  /** Of the text: only what was seen is accepted. */
  hash: string;
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
    const workspace = await realpath(this.workspaces.pathOf(agentId));
    const files: UnreviewedFile[] = [];
    for (const [real, { origin }] of await this.origins.below(workspace)) {
      const path = relative(workspace, real);
      if (isTrusted(origin) || innerParts(workspace, real)?.[0] === '.git' || !isPromptFile(workspace, real)) continue;
      const found = await readMemoryFile(workspace, path).catch(() => undefined);
      if (!found) continue;
      const before = await this.reviewed.of(real);
      files.push({
        path,
        origin,
        text: found.text,
        hash: hashOf(found.text),
        ...(before === undefined ? {} : { before }),
      });
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @throws OpenclawError NOT_FOUND, CHANGED */
  async accept(agentId: string, path: string, hash: string): Promise<void> {
    const real = await this.seen(agentId, path, hash);
    await this.origins.set(real, 'workspace');
    await this.reviewed.drop(real);
  }

  /** Puts back what models go on reading; a file that had nothing of that goes. @throws OpenclawError NOT_FOUND, CHANGED */
  async reject(agentId: string, path: string, hash: string): Promise<void> {
    const real = await this.seen(agentId, path, hash);
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

  private async seen(agentId: string, path: string, hash: string): Promise<string> {
    const file = (await this.list(agentId)).find((each) => each.path === path);
    if (!file)
      throw new OpenclawError('NOT_FOUND', `path "${path}" waits for no review; memory.review lists what does`);
    if (!file.hash.startsWith(hash) || hash.length < 8)
      throw new OpenclawError(
        'CHANGED',
        `hash: "${path}" has changed since it was shown (it is ${file.hash} now); look again`,
      );
    return join(await realpath(this.workspaces.pathOf(agentId)), path);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
