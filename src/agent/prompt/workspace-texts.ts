import { type Stats, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { cutText, leftOutNote } from '../../common/cut-text';
import type { ContentOrigin } from '../../common/content-parts';
import { RecentMap } from '../../common/recent-map';
import { legibleText } from '../../common/text/legible-text';
import { FileOrigins } from '../../tools/provenance/file-origins.store';
import { ReviewedTexts } from '../../tools/provenance/reviewed-texts.service';
import { isTrusted } from '../../tools/provenance/taint';
import { ToolError } from '../../tools/agent-tool';
import { WorkspaceFiles } from '../../tools/files/workspace-files';

export interface WorkspaceText {
  name: string;
  text: string;
  origin: ContentOrigin;
}

/** Files of the workspace that shape the assistant, in the order in which they are read. */
const FILES = [
  'AGENTS.md',
  'SOUL.md',
  'TOOLS.md',
  'IDENTITY.md',
  'USER.md',
  'BOOTSTRAP.md',
  'MEMORY.md',
  'GUESTS.md',
] as const;

/**
 * Who reads along decides what is shown: lasting notes and what is known of the owner are no business of a group, a
 * sub-agent needs only its work, a guest is shown what is written for guests.
 */
export type Audience = 'person' | 'group' | 'subagent' | 'guest';

/** Larger ones are no instructions. */
const MAX_BYTES = 4 * 1024 * 1024;

const READ_BY: Readonly<Record<Audience, (name: string) => boolean>> = {
  person: (name) => name !== 'GUESTS.md',
  group: (name) => ['AGENTS.md', 'SOUL.md', 'TOOLS.md', 'IDENTITY.md'].includes(name),
  subagent: (name) => name === 'AGENTS.md' || name === 'TOOLS.md',
  guest: (name) => name === 'IDENTITY.md' || name === 'GUESTS.md',
};
/** Files of agents and of guests' folders that are kept: those that were read last. */
const MOST_CACHED = 200;

export const DEFAULT_MAX_CHARS = 20_000;

const UNREVIEWED =
  '[what was written here since then, with text of others in view, waits for the owner to look at it: /memory review]';

interface Cached {
  stamp: string;
  text: string;
}

/**
 * Reads the workspace's files into the prompt; unchanged files are not read again. One that has got text of others is shown
 * as it was before, until the owner has looked at it.
 */
@Injectable()
export class WorkspaceTexts {
  private readonly cache = new RecentMap<string, Cached>(MOST_CACHED);

  constructor(
    private readonly origins: FileOrigins,
    private readonly reviewed: ReviewedTexts,
  ) {}

  /** @param extra further files, relative to the workspace; a person's conversations show them */
  async read(
    workspace: string,
    audience: Audience,
    maxChars = DEFAULT_MAX_CHARS,
    extra: readonly string[] = [],
  ): Promise<WorkspaceText[]> {
    const names = [...FILES.filter(READ_BY[audience]), ...(audience === 'person' ? extra : [])];
    const found = (await Promise.all(names.map((name) => this.textOf(workspace, name, maxChars)))).flatMap(
      (text, index) => (text === undefined ? [] : [{ name: names[index] ?? '', text }]),
    );
    if (found.length === 0) return [];
    const root = realpathSync.native(workspace);
    const origins = await this.origins.ofAll(found.map(({ name }) => join(root, name)));
    const shown = await Promise.all(
      found.map(async ({ name, text }, index): Promise<WorkspaceText> => {
        if (isTrusted(origins[index] ?? 'workspace')) return { name, text, origin: 'workspace' };
        const before = shorten(((await this.reviewed.of(join(root, name))) ?? '').trim(), maxChars);
        return { name, text: [before, UNREVIEWED].filter((each) => each !== '').join('\n\n'), origin: 'workspace' };
      }),
    );
    return shown.filter(({ text }) => text !== '');
  }

  /** What is in the file now, shortened; undefined where there is none. */
  private async textOf(workspace: string, name: string, maxChars: number): Promise<string | undefined> {
    const path = join(workspace, name);
    // Most of these files do not exist: the synchronous call answers that without an exception, in microseconds.
    const info = statOf(path);
    if (!info?.isFile()) return undefined;
    const stamp = `${info.mtimeMs}:${info.size}:${maxChars}`;
    let cached = this.cache.get(path);
    if (cached?.stamp !== stamp) {
      cached = { stamp, text: shorten((await readInside(workspace, name)).trim(), maxChars) };
      this.cache.set(path, cached);
    }
    return cached.text;
  }
}

/** Undefined where there is nothing, or where links lead in a circle. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Commands can make links in the workspace: one that leads out of it is as good as no file. */
async function readInside(workspace: string, name: string): Promise<string> {
  try {
    const { content } = await new WorkspaceFiles([workspace]).readBytes(name, MAX_BYTES);
    return legibleText(content)?.text ?? '';
  } catch (error) {
    if (error instanceof ToolError) return '';
    throw error;
  }
}

/** 70 % from the head, 20 % from the tail, a marker between. */
function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = cutText(text, Math.floor(maxChars * 0.7), { mark: '' });
  const tail = cutText(text, Math.floor(maxChars * 0.2), { keep: 'end', mark: '' });
  return `${head}\n${leftOutNote()(text.length - head.length - tail.length)}\n${tail}`;
}
