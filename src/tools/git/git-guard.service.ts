import { realpath } from 'node:fs/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { innerPath } from '../../common/paths/path-place';
import { sleep } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { DatabaseService } from '../../storage/database.service';
import { ToolError } from '../agent-tool';
import { type GitFacts, gitFacts } from './git-facts';
import { putAside } from './put-aside';

/** While a command goes on, what it plants is found this often. */
const LOOK_MS = 2000;
/** A command on the machine waits so long for sandboxed ones that could change what it obeys. */
const WAIT_MS = 15_000;
const WAIT_STEP_MS = 100;
/** Taking one thing away can bring another to light. */
const MOST_LOOKS = 5;
const MAX_SHOWN = 20;

/** A workspace while a command can write into it. */
export interface GitWatch {
  /** Folders that the command may read only: hooks of the owner. */
  readOnly: readonly string[];
  /** Looks at what was changed. Call it once, when the command has ended. @returns what people and models need to know */
  end(): Promise<string | undefined>;
}

interface Watched {
  running: number;
  /** Ids of facts that were there before anything of the assistant's was at work. */
  agreed: ReadonlySet<string>;
  timer: NodeJS.Timeout | undefined;
  /** Notes that nobody was told of yet. */
  notes: string[];
  /** One look at a time. */
  queue: Promise<unknown>;
  /** Looks that go on or wait. */
  waiting: number;
}

/**
 * Git obeys files of the repository that it is called in: configuration and hooks name programs. Who can write a
 * workspace could have them run on the machine by the owner's next `git status`. So what a sandboxed command leaves in
 * a git folder is judged when it ends, and while it goes on: what is not harmless and was not there before, is put aside.
 */
@Injectable()
export class GitGuard implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly watched = new Map<string, Watched>();
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly database: DatabaseService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('git');
  }

  /** Commands that a crash has ended were not looked at. */
  async onApplicationBootstrap(): Promise<void> {
    const rows = await this.database.read
      .selectFrom('git_watches')
      .select('workspace')
      .where('is_open', '=', 1)
      .execute();
    for (const { workspace } of rows)
      void this.look(workspace).catch((error: unknown) =>
        this.log.error({ workspace }, `git folders could not be looked at: ${messageOf(error)}`),
      );
  }

  onModuleDestroy(): void {
    for (const { timer } of this.watched.values()) clearTimeout(timer);
  }

  /** Before a command that can write into a workspace. */
  async begin(folder: string): Promise<GitWatch> {
    const workspace = await realpath(folder);
    const watched = this.watchedOf(workspace);
    const readOnly = await this.inTurn(workspace, watched, async () => {
      const isFirst = watched.running === 0;
      const { hookFolders } = isFirst
        ? await this.open(workspace, watched)
        : await gitFacts(workspace, (id) => watched.agreed.has(id));
      watched.running++;
      if (isFirst) this.lookAgain(workspace, watched);
      return hookFolders;
    });
    return { readOnly, end: () => this.inTurn(workspace, watched, () => this.close(workspace, watched)) };
  }

  /**
   * Before a command on the machine itself, which may run git there.
   * @throws ToolError failed, where sandboxed commands don't end
   */
  async settle(folder: string): Promise<void> {
    const workspace = await realpath(folder);
    const until = performance.now() + WAIT_MS;
    while ((this.watched.get(workspace)?.running ?? 0) > 0) {
      if (performance.now() > until)
        throw new ToolError(
          'failed',
          'a sandboxed command is still running in this workspace and could change what the command on the machine reads; wait for its end, or stop it with process',
        );
      await sleep(WAIT_STEP_MS);
    }
    await this.look(workspace);
  }

  /**
   * Does something while no sandboxed command is at work in a workspace; one that begins meanwhile waits for its end.
   * @throws ToolError as `settle`
   */
  async alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
    const workspace = await realpath(folder);
    for (;;) {
      await this.settle(folder);
      const watched = this.watchedOf(workspace);
      const done = await this.inTurn(workspace, watched, async () =>
        watched.running > 0 ? undefined : { result: await work() },
      );
      if (done) return done.result;
    }
  }

  /** Looks at a workspace that was left open. */
  private look(workspace: string): Promise<void> {
    const watched = this.watchedOf(workspace);
    return this.inTurn(workspace, watched, async () => {
      if (watched.running > 0) return;
      const row = await this.rowOf(workspace);
      if (row?.is_open !== 1) return;
      watched.agreed = new Set(JSON.parse(row.agreed) as string[]);
      await this.check(workspace, watched);
      await this.note(workspace, watched.agreed, false);
    });
  }

  /** While commands go on, one look after the other. */
  private lookAgain(workspace: string, watched: Watched): void {
    const timer = setTimeout(() => {
      void this.inTurn(workspace, watched, () => this.check(workspace, watched))
        .catch((error: unknown) =>
          this.log.error({ workspace }, `git folders could not be looked at: ${messageOf(error)}`),
        )
        .finally(() => {
          if (watched.running > 0 && watched.timer === timer) this.lookAgain(workspace, watched);
        });
    }, LOOK_MS).unref();
    watched.timer = timer;
  }

  private async open(workspace: string, watched: Watched): Promise<GitFacts> {
    const row = await this.rowOf(workspace);
    if (row?.is_open === 1) {
      watched.agreed = new Set(JSON.parse(row.agreed) as string[]);
      await this.check(workspace, watched);
    }
    // Nothing of the assistant's has been at work since the last look: it is the owner's.
    const found = await gitFacts(workspace, () => true);
    watched.agreed = new Set(found.facts.map(({ id }) => id));
    await this.note(workspace, watched.agreed, true);
    return found;
  }

  private async close(workspace: string, watched: Watched): Promise<string | undefined> {
    watched.running--;
    if (watched.running === 0) clearTimeout(watched.timer);
    await this.check(workspace, watched);
    if (watched.running === 0) await this.note(workspace, watched.agreed, false);
    const notes = watched.notes.splice(0);
    return notes.length === 0 ? undefined : notes.join('\n');
  }

  /** Puts aside what is neither harmless nor agreed to. */
  private async check(workspace: string, watched: Watched): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const { facts } = await gitFacts(workspace, (id) => watched.agreed.has(id));
      const refused = facts.filter(({ id }) => !watched.agreed.has(id));
      if (refused.length === 0) return;
      const aside = await putAside(workspace, refused, this.config.stateDir);
      const said = refused.map(({ path, text }) => `${innerPath(workspace, path) ?? path} ${text}`);
      const more = said.length > MAX_SHOWN ? ` and ${said.length - MAX_SHOWN} more` : '';
      const what = said.slice(0, MAX_SHOWN).join('; ');
      this.log.warn(
        { workspace, aside, what: said },
        'git would have obeyed what a sandboxed command wrote; it was put aside',
      );
      watched.notes.push(
        `The gateway has put aside what git would obey outside the sandbox: ${what}${more}. Copies for the owner: ${aside}. Settings such as user.name, remotes and branches may be written; programs, hooks and links in git folders are set up by the owner.`,
      );
    }
  }

  private watchedOf(workspace: string): Watched {
    const known = this.watched.get(workspace);
    if (known) return known;
    const watched: Watched = {
      running: 0,
      agreed: new Set(),
      timer: undefined,
      notes: [],
      queue: Promise.resolve(),
      waiting: 0,
    };
    this.watched.set(workspace, watched);
    return watched;
  }

  /**
   * One after the other; one that fails does not keep the next from its turn. A workspace that nothing is done in any more
   * is forgotten.
   */
  private async inTurn<T>(workspace: string, watched: Watched, work: () => Promise<T>): Promise<T> {
    watched.waiting++;
    const result = watched.queue.then(work, work);
    watched.queue = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      watched.waiting--;
      const isIdle = watched.waiting + watched.running + watched.notes.length === 0;
      if (isIdle && this.watched.get(workspace) === watched) this.watched.delete(workspace);
    }
  }

  private rowOf(workspace: string): Promise<{ is_open: number; agreed: string } | undefined> {
    return this.database.read
      .selectFrom('git_watches')
      .select(['is_open', 'agreed'])
      .where('workspace', '=', workspace)
      .executeTakeFirst();
  }

  private async note(workspace: string, agreed: ReadonlySet<string>, isOpen: boolean): Promise<void> {
    const facts = { is_open: isOpen ? 1 : 0, agreed: JSON.stringify([...agreed]) };
    await this.database.write('git-watch.note', (transaction) =>
      transaction
        .insertInto('git_watches')
        .values({ workspace, ...facts })
        .onConflict((conflict) => conflict.column('workspace').doUpdateSet(facts))
        .execute(),
    );
  }
}
