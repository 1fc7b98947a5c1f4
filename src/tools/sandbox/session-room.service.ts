import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { writeFileAtomic } from '../../common/atomic-file';
import { type ContentOrigin, storedOrigin } from '../../common/content-parts';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { ToolError } from '../agent-tool';
import { isTrusted, worstOrigin } from '../provenance/taint';
import type { SandboxRoom } from './sandbox';
import { RoomNetwork } from './room-network';

const DAY_MS = 86_400_000;
/** Rooms that nobody has used for so long go. */
const KEEP_DAYS = 7;
const SWEEP_MS = 3_600_000;
/** Conversations whose network is kept; of more, those that have been used last. */
const MAX_NETWORKS = 16;
/** What is assumed of a room whose note says nothing. */
const UNREADABLE: ContentOrigin = 'tool';
const IDENTITY = '[user]\n\tname = Assistant\n\temail = assistant@localhost\n[init]\n\tdefaultBranch = main\n';

/**
 * Rooms that outlast a command: a conversation finds its /tmp, its home folder with the caches of languages, and what
 * listens on localhost again. They can hold text of whoever was read, so each remembers the least trusted of them.
 */
@Injectable()
export class SessionRooms implements OnModuleDestroy {
  private readonly networks = new Map<string, Promise<RoomNetwork | undefined>>();
  private readonly followers = new Map<string, Set<(origin: ContentOrigin) => void>>();
  private readonly notes = new Map<string, Promise<void>>();
  private sweptAt = -Infinity;

  constructor(
    private readonly config: ConfigService,
    events: EventBus,
  ) {
    events.on('conversation.removed', ({ sessionId }) => this.remove(sessionId));
  }

  /** What commands of a conversation see as /tmp and as their home folder, whether or not it is there yet. */
  foldersOf(sessionId: string): Pick<SandboxRoom, 'tmp' | 'home'> {
    const folder = this.folderOf(sessionId);
    return { tmp: join(folder, 'tmp'), home: join(folder, 'home') };
  }

  async of(sessionId: string): Promise<SandboxRoom> {
    const folder = this.folderOf(sessionId);
    const room = this.foldersOf(sessionId);
    for (const path of [room.tmp, room.home]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      // A command may have taken away what the next one needs.
      chmodSync(path, 0o700);
    }
    writeNew(join(room.home, '.gitconfig'), IDENTITY);
    const now = new Date();
    utimesSync(folder, now, now);
    if (now.getTime() - this.sweptAt > SWEEP_MS) {
      this.sweptAt = now.getTime();
      await this.sweep(now.getTime());
    }
    const network = await this.networkOf(sessionId);
    return { ...room, enter: network?.enter ?? [] };
  }

  /**
   * Connects to what listens on a port of the loopback that commands of a conversation share.
   * @returns undefined where nothing does
   * @throws ToolError sandbox_unavailable where this machine gives conversations no network of their own
   */
  async connect(sessionId: string, port: number): Promise<Socket | undefined> {
    await this.of(sessionId);
    const network = await this.networks.get(sessionId);
    if (!network)
      throw new ToolError(
        'sandbox_unavailable',
        'commands of a conversation have no localhost in common on this machine: it takes bubblewrap and /usr/bin/nsenter',
      );
    return network.connect(port);
  }

  /** Whose text may be in the room. */
  async originOf(sessionId: string): Promise<ContentOrigin> {
    try {
      return storedOrigin((await readFile(this.labelOf(sessionId), 'utf8')).trim(), UNREADABLE);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'workspace' : UNREADABLE;
    }
  }

  /**
   * Tells of text of others that comes into a room.
   * @returns ends that
   */
  follow(sessionId: string, hear: (origin: ContentOrigin) => void): () => void {
    const all = this.followers.get(sessionId) ?? new Set();
    this.followers.set(sessionId, all.add(hear));
    return () => {
      all.delete(hear);
      if (all.size === 0 && this.followers.get(sessionId) === all) this.followers.delete(sessionId);
    };
  }

  /** Text of this origin may be in the room from now on. */
  async note(sessionId: string, origin: ContentOrigin): Promise<void> {
    if (isTrusted(origin)) return;
    for (const hear of this.followers.get(sessionId) ?? []) hear(origin);
    // One after the other: what is noted can only get worse.
    const noted = (this.notes.get(sessionId) ?? Promise.resolve())
      .catch(() => undefined)
      .then(async () => {
        const before = await this.originOf(sessionId);
        const worst = worstOrigin([before], origin);
        if (worst === before) return;
        await mkdir(this.folderOf(sessionId), { recursive: true, mode: 0o700 });
        writeFileAtomic(this.labelOf(sessionId), worst);
      });
    this.notes.set(sessionId, noted);
    try {
      await noted;
    } finally {
      if (this.notes.get(sessionId) === noted) this.notes.delete(sessionId);
    }
  }

  /** Rooms that there are, those that were used last first. */
  async all(): Promise<{ sessionId: string; lastUsedAt: number; hasNetwork: boolean; origin: ContentOrigin }[]> {
    const names = await readdir(this.root).catch(() => []);
    const rooms = await Promise.all(
      names.map(async (sessionId) => {
        const used = await stat(join(this.root, sessionId)).catch(() => undefined);
        if (!used?.isDirectory()) return [];
        const hasNetwork = (await this.networks.get(sessionId))?.isOpen() === true;
        return [
          { sessionId, lastUsedAt: Math.round(used.mtimeMs), hasNetwork, origin: await this.originOf(sessionId) },
        ];
      }),
    );
    return rooms.flat().sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  }

  /** Removes the room of a conversation, with whatever was left in it. */
  async remove(sessionId: string): Promise<void> {
    const network = this.networks.get(sessionId);
    this.networks.delete(sessionId);
    void network?.then((found) => found?.end());
    await this.notes.get(sessionId)?.catch(() => undefined);
    await rm(this.folderOf(sessionId), { recursive: true, force: true, maxRetries: 3 });
  }

  onModuleDestroy(): void {
    for (const network of this.networks.values()) void network.then((found) => found?.end());
    this.networks.clear();
  }

  private get root(): string {
    return join(this.config.stateDir, 'cache', 'sandbox');
  }

  private folderOf(sessionId: string): string {
    return join(this.root, sessionId.replace(/[^A-Za-z0-9_-]/g, '_'));
  }

  private labelOf(sessionId: string): string {
    return join(this.folderOf(sessionId), 'origin');
  }

  /** Calls that come together share one. */
  private networkOf(sessionId: string): Promise<RoomNetwork | undefined> {
    const known = this.networks.get(sessionId) ?? Promise.resolve(undefined);
    const opened = known.then((found) => (found?.isOpen() ? found : RoomNetwork.open()));
    // The one that was used last stands at the end.
    this.networks.delete(sessionId);
    this.networks.set(sessionId, opened);
    for (const [oldest, network] of this.networks) {
      if (this.networks.size <= MAX_NETWORKS) break;
      this.networks.delete(oldest);
      void network.then((found) => found?.end());
    }
    return opened;
  }

  private async sweep(now: number): Promise<void> {
    for (const name of await readdir(this.root).catch(() => [])) {
      const used = await stat(join(this.root, name)).catch(() => undefined);
      if (used && now - used.mtimeMs > KEEP_DAYS * DAY_MS)
        await rm(join(this.root, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Leaves what is there, or what can't be written. */
function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch {
    // A command has put its own there, or something that is no file.
  }
}
