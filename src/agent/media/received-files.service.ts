import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Injectable, Optional } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { Clock, systemClock } from '../../common/clock';
import { type Logger, LoggerFactory } from '../../common/logger';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { safeFileName } from '../../common/safe-file-name';
import { dayIn } from '../../common/zoned-time';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import { WorkspaceFiles } from '../../tools/files/workspace-files';
import { FileOrigins } from '../../tools/provenance/file-origins.store';
import { GUEST_FOLDER_BYTES, GUEST_FOLDER_FILES, folderSize } from '../../workspace/guest-folder';
import { SessionFolders } from '../../workspace/session-folder.service';
import { type ReceivedFile, ReceivedFilesStore } from './received-files.store';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;
/** Folder of what people send, in the folder that their conversation works in. */
export const INBOX_FOLDER = 'inbox';
const KEEP_DAYS = 30;
const MAX_MB = 2000;
const MAX_CONVERSATION_MB = 500;
const MAX_SAME_NAMES = 1000;
/** Its message may not be on disk yet. */
const FRESH_MS = 600_000;

/** Whose file it is, and where it goes. */
export interface ReceivedFrom {
  agentId: string;
  sessionKey: string;
  isOwner: boolean;
  /** Whose words are in it. */
  origin: ContentOrigin;
}

export interface KeptFile {
  /** In the folder that the conversation works in. */
  path: string;
  bytes: number;
}

/**
 * Files that people send, kept in `inbox/` of the folder that their conversation works in: a day is a folder. They go
 * again by age, and the oldest first where there are too many; never those of a conversation in which something is open.
 */
@Injectable()
export class ReceivedFiles {
  private readonly log: Logger;
  /** One after the other: names are looked for and taken in one go. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: ReceivedFilesStore,
    private readonly folders: SessionFolders,
    private readonly origins: FileOrigins,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('media/inbox');
  }

  /**
   * The same file under the same name on the same day is kept once: a message that is read again after a crash adds none.
   * @throws OpenclawError INBOX_FULL, INBOX_LINK; ToolError where it can't be written
   */
  keep(name: string, mimeType: string, content: Buffer, from: ReceivedFrom): Promise<KeptFile> {
    return this.next(() => this.keepNow(safeFileName(name, mimeType), content, from));
  }

  /** Removes what is too old or too much. @returns how many files went */
  tidy(now = this.clock.now()): Promise<number> {
    return this.next(async () => {
      const busy = await this.store.busySessions();
      const oldest = now - (this.limits.keepDays ?? KEEP_DAYS) * DAY_MS;
      const rooms = new Map<string, ReceivedFile[]>();
      let removed = 0;
      for (const file of await this.store.all()) {
        const info = await lstat(file.path).catch(() => undefined);
        const usedAt = Math.max(file.received_at, info?.mtimeMs ?? 0);
        if (!info?.isFile()) await this.store.forget([file.path]);
        else if (!isOpen(file, busy, now) && usedAt < oldest) removed += await this.remove(file);
        else rooms.set(file.room, [...(rooms.get(file.room) ?? []), { ...file, bytes: info.size }]);
      }
      for (const files of rooms.values())
        removed += await this.shrink(files, this.maxBytes, (file) => !isOpen(file, busy, now));
      if (removed > 0) this.log.info({ removed }, 'files that people had sent were removed by age or size');
      return removed;
    });
  }

  private async keepNow(name: string, content: Buffer, from: ReceivedFrom): Promise<KeptFile> {
    const { path: folder } = this.folders.of(from.agentId, from.sessionKey, !from.isOwner);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const room = await realpath(folder);
    const files = new WorkspaceFiles([room]);
    const now = this.clock.now();
    const day = join(INBOX_FOLDER, dayIn(now, userTimeZone(this.config.config)));
    if ((await files.resolve(day)) !== join(room, day))
      throw new OpenclawError(
        'INBOX_LINK',
        `${day} leads elsewhere by a link; remove the link, and send the file again`,
      );
    const { path, isKept } = await this.placeFor(files, join(room, day), name, content, from.sessionKey);
    const real = join(room, day, path);
    if (!isKept) {
      await this.makeRoom(room, content.length, from, now);
      // Before it is there, so that nobody reads it as a file of the owner.
      await this.origins.set(real, from.origin);
      await files.write(join(day, path), content);
    }
    await this.origins.set(real, from.origin);
    await this.store.add({
      path: real,
      room,
      session_key: from.sessionKey,
      bytes: content.length,
      received_at: now,
    });
    return { path: join(day, path), bytes: content.length };
  }

  /** The first free name; or the file itself, if it was kept before. */
  private async placeFor(
    files: WorkspaceFiles,
    folder: string,
    name: string,
    content: Buffer,
    sessionKey: string,
  ): Promise<{ path: string; isKept: boolean }> {
    const ending = /\.[^.]+$/.exec(name)?.[0] ?? '';
    const stem = ending === '' ? name : name.slice(0, -ending.length);
    for (let count = 1; count <= MAX_SAME_NAMES; count++) {
      const path = count === 1 ? name : `${stem} (${count})${ending}`;
      const real = join(folder, path);
      const info = await lstat(real).catch(() => undefined);
      if (!info) return { path, isKept: false };
      if (!info.isFile() || info.size !== content.length) continue;
      const known = await this.store.find(real);
      if (known && known.session_key !== sessionKey) continue;
      const there = await files.readBytes(real, content.length);
      if (digest(there.content) === digest(content)) return { path, isKept: true };
    }
    throw new OpenclawError('INBOX_FULL', `there are ${MAX_SAME_NAMES} files called ${name} of one day`);
  }

  /** @throws OpenclawError INBOX_FULL */
  private async makeRoom(room: string, bytes: number, from: ReceivedFrom, now: number): Promise<void> {
    if (!from.isOwner) {
      const size = await folderSize(room);
      if (size.bytes + bytes > GUEST_FOLDER_BYTES || size.files >= GUEST_FOLDER_FILES)
        throw new OpenclawError(
          'INBOX_FULL',
          `the folder of a guest holds at most ${GUEST_FOLDER_BYTES} bytes in ${GUEST_FOLDER_FILES} files`,
        );
    }
    const busy = await this.store.busySessions();
    const all = await this.store.all(room);
    const mayGo = (file: ReceivedFile): boolean => !isOpen(file, busy, now);
    const ofConversation = all.filter(({ session_key }) => session_key === from.sessionKey);
    // The conversation is open, for it is being written to; its own oldest make room for its new ones all the same.
    const isOld = ({ received_at }: ReceivedFile): boolean => received_at < now - DAY_MS;
    const { maxConversationMb = MAX_CONVERSATION_MB } = this.limits;
    await this.shrink(ofConversation, maxConversationMb * MIB - bytes, isOld);
    await this.shrink(await this.store.all(room), this.maxBytes - bytes, mayGo);
    const left = await this.store.all(room);
    const inConversation = left.filter(({ session_key }) => session_key === from.sessionKey);
    requireFit(inConversation, bytes, maxConversationMb, 'maxConversationMb', 'of this conversation');
    requireFit(left, bytes, this.limits.maxMb ?? MAX_MB, 'maxMb', 'of all conversations');
  }

  /** Removes the oldest of those that may go, until the rest fits. */
  private async shrink(
    files: readonly ReceivedFile[],
    most: number,
    mayGo: (file: ReceivedFile) => boolean,
  ): Promise<number> {
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let removed = 0;
    for (const file of files) {
      if (total <= most) break;
      if (!mayGo(file)) continue;
      removed += await this.remove(file);
      total -= file.bytes;
    }
    return removed;
  }

  private async remove({ path, room }: ReceivedFile): Promise<number> {
    try {
      await new WorkspaceFiles([room]).removeEntry(path);
    } catch (error) {
      this.log.warn({ file: basename(path) }, `a file that somebody had sent was not removed: ${messageOf(error)}`);
      return 0;
    }
    await this.store.forget([path]);
    await this.origins.forget(path);
    // The day goes with its last file.
    await rmdir(dirname(path)).catch(() => undefined);
    return 1;
  }

  private get limits(): { keepDays?: number; maxMb?: number; maxConversationMb?: number } {
    return this.config.config.maintenance?.inbox ?? {};
  }

  private get maxBytes(): number {
    return (this.limits.maxMb ?? MAX_MB) * MIB;
  }

  private next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.line.then(work);
    this.line = done.catch(() => undefined);
    return done;
  }
}

const digest = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

const isOpen = ({ session_key, received_at }: ReceivedFile, busy: ReadonlySet<string>, now: number): boolean =>
  busy.has(session_key) || received_at > now - FRESH_MS;

/** @throws OpenclawError INBOX_FULL */
function requireFit(files: readonly ReceivedFile[], bytes: number, mostMb: number, key: string, which: string): void {
  const total = files.reduce((sum, file) => sum + file.bytes, bytes);
  if (total > mostMb * MIB)
    throw new OpenclawError(
      'INBOX_FULL',
      `the files ${which} would have ${total} bytes; at most ${mostMb} MB are kept (maintenance.inbox.${key}): remove some of ${INBOX_FOLDER}/`,
    );
}
