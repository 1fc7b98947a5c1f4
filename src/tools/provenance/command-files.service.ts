import { type Dir, opendirSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { TimeSlice } from '../../common/time-slice';
import { isPromptName } from '../files/prompt-files';
import { ReviewedTexts } from './reviewed-texts.service';
import {
  type FileFacts,
  type FileNote,
  FileOrigins,
  type FileRecord,
  factsOf,
  originOf,
  statsOf,
  unknownLabel,
} from './file-origins.store';
import { isTrusted, worstOrigin } from './taint';

/** Clocks of file systems lag by so much. */
const CLOCK_MS = 50;
/** Entries that are looked at before a folder counts as holding files that nobody knows. */
const MAX_READ = 20_000;
/** Entries of a workspace that are looked through for changes; more stay unknown, which is `file`. */
const MAX_CHANGED = 500_000;

/** Where a command runs, as far as it decides what it could read and write. */
export interface CommandPlace {
  workspace: string;
  /** Whose text may come to it in other ways: over the network, from further folders, from the machine itself. */
  also: readonly ContentOrigin[];
  /** What the model has read that wrote the command. */
  read: Iterable<ContentOrigin>;
}

/** Follows one command. */
export interface CommandTrace {
  /** Whose text was within its reach when it began. */
  start: ContentOrigin;
  /** Whose text its output may hold by now. */
  output(): Promise<ContentOrigin>;
  /** Text of this origin has come within its reach: typed into it, or brought into its room by another command. */
  heard(origin: ContentOrigin): void;
  /** Notes whose text is in the files that it has changed. Call it once, when the command has ended. */
  end(): Promise<void>;
}

/**
 * A command can carry the text of any file that it can read into its output and into any file that it can write. So its
 * output has the least trusted origin within its reach, and so have the files it changed, whatever they are called now.
 */
@Injectable()
export class CommandFiles {
  constructor(
    private readonly origins: FileOrigins,
    private readonly reviewed: ReviewedTexts,
  ) {}

  async begin({ workspace: folder, also, read }: CommandPlace): Promise<CommandTrace> {
    const workspace = await realpath(folder);
    const before = await this.reachOf(workspace);
    const prompts = await this.reviewed.look(workspace);
    const start = worstOrigin([...also, before], 'workspace');
    const writes = {
      folder: workspace,
      sinceMs: Date.now() - CLOCK_MS,
      origin: worstOrigin([...read, start], 'workspace'),
    };
    this.origins.running.add(writes);
    let reach = start;
    let hasEnded = false;
    let isKnown = false;
    const output = async (): Promise<ContentOrigin> => {
      // Nothing that comes within reach after its end can be in what it has put out.
      if (isKnown) return reach;
      const isLast = hasEnded;
      reach = worstOrigin([await this.reachOf(workspace)], reach);
      isKnown = isLast;
      writes.origin = worstOrigin([reach], writes.origin);
      return reach;
    };
    return {
      start,
      output,
      heard: (origin) => {
        reach = worstOrigin([origin], reach);
        writes.origin = worstOrigin([origin], writes.origin);
      },
      end: async () => {
        try {
          // What others have put within its reach meanwhile it could read too; its own files make nothing worse.
          reach = worstOrigin([await this.noted(workspace)], reach);
          const changed = await this.note(workspace, writes.sinceMs, worstOrigin([reach], writes.origin));
          await this.reviewed.keep(prompts, changed);
        } finally {
          hasEnded = true;
          this.origins.running.delete(writes);
        }
      },
    };
  }

  /** The least trusted origin of what can be read below a folder, names included. */
  private async reachOf(folder: string): Promise<ContentOrigin> {
    const noted = await this.noted(folder);
    if (!isTrusted(noted)) return noted;
    const records = await this.origins.below(folder);
    let seen = 0;
    for await (const { path, facts, isFolder } of entriesBelow(folder)) {
      if (isFolder) continue;
      if (++seen > MAX_READ) return 'file';
      const origin = originOf(records.get(path), [], facts) ?? unknownLabel(path, folder);
      if (!isTrusted(origin)) return origin;
    }
    return 'workspace';
  }

  /** The least trusted origin that was noted for a file below a folder. */
  private async noted(folder: string): Promise<ContentOrigin> {
    const records = await this.origins.below(folder);
    return worstOrigin(
      [...records.values()].map(({ origin }) => origin),
      'workspace',
    );
  }

  /** @returns paths of files that hold others' text since this command */
  private async note(folder: string, sinceMs: number, origin: ContentOrigin): Promise<ReadonlySet<string>> {
    const records = await this.origins.below(folder);
    const byInode = new Map<string, FileRecord[]>();
    for (const record of records.values())
      if (record.inode !== null) byInode.set(record.inode, [...(byInode.get(record.inode) ?? []), record]);
    const present = new Set<string>();
    const notes: (FileNote & { facts: FileFacts })[] = [];
    let seen = 0;
    for await (const { path, facts, isFolder, changedMs } of entriesBelow(folder)) {
      if (++seen > MAX_CHANGED) break;
      present.add(path);
      const same = byInode.get(facts.inode) ?? [];
      const own = records.get(path);
      const before = originOf(own, same, facts);
      const isNew = changedMs >= sinceMs;
      // Of a folder the name alone is text; whose the name is matters where it may be others'.
      if (isNew && !(isFolder && isTrusted(origin)))
        notes.push({ path, facts, origin: worstOrigin([origin], before ?? 'workspace') });
      // A folder was renamed: its files have not changed, and are called something else.
      else if (!isNew && !own && before !== undefined) notes.push({ path, facts, origin: before });
    }
    const gone = seen > MAX_CHANGED ? [] : [...records.keys()].filter((path) => !present.has(path));
    const kept = await this.origins.settle(notes, gone, records);
    return new Set(
      kept.filter((note) => !isTrusted(note.origin) && isPromptName(folder, note.path)).map(({ path }) => path),
    );
  }
}

interface Entry {
  path: string;
  facts: FileFacts;
  isFolder: boolean;
  /** When it got its content, a folder its first name. */
  changedMs: number;
}

/**
 * Everything below a folder; links are not followed. It asks the file system directly: a question that goes through the
 * thread pool costs several times as much, and a workspace is looked through several times for each command.
 */
async function* entriesBelow(root: string): AsyncGenerator<Entry> {
  const slice = new TimeSlice();
  const open = [root];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = opened(folder);
    if (!entries) continue;
    try {
      for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
        if (slice.isOver) await slice.next();
        const path = join(folder, entry.name);
        const isFolder = entry.isDirectory();
        if (isFolder) open.push(path);
        const info = statsOf(path);
        if (!info) continue;
        yield { path, facts: factsOf(info), isFolder, changedMs: Number(isFolder ? info.birthtimeMs : info.ctimeMs) };
      }
    } finally {
      entries.closeSync();
    }
  }
}

function opened(folder: string): Dir | undefined {
  try {
    return opendirSync(folder);
  } catch {
    return undefined;
  }
}
