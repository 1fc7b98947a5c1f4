import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import type { ToolContext } from '../agent-tool';
import { type GitWatch, GitGuard } from '../git/git-guard.service';
import { RunningCommand } from '../processes/running-command';
import { CommandFiles } from '../provenance/command-files.service';
import { worstOrigin } from '../provenance/taint';
import type { SpawnPlan } from '../sandbox/sandbox';
import { SessionRooms } from '../sandbox/session-room.service';
import type { TracedCommand } from './traced-command';
import type { WayOut } from './way-out';

/** A command that is about to start. */
export interface CommandStart {
  context: ToolContext;
  /** Whose text it may get at besides that of the workspace and its room. */
  also: readonly ContentOrigin[];
  /** Whether it shares the room of the conversation. */
  inRoom: boolean;
  /** Whether it can change the workspace from behind the sandbox. */
  guardsGit: boolean;
  way: WayOut | undefined;
  timeoutMs: number;
  /** Looks once more whether it may run. @throws ToolError */
  check: () => Promise<void>;
  /** @param readOnly folders of the workspace that stay as they are */
  plan(readOnly: readonly string[]): SpawnPlan;
}

/** Starts commands whose output and files are labelled by what was within their reach. */
@Injectable()
export class CommandLauncher {
  constructor(
    private readonly files: CommandFiles,
    private readonly git: GitGuard,
    private readonly rooms: SessionRooms,
  ) {}

  /** @throws ToolError where it may not or can't be started; nothing stays open then */
  async start(start: CommandStart): Promise<TracedCommand> {
    const undo: (() => unknown)[] = [() => start.way?.close()];
    try {
      return await this.begin(start, undo);
    } catch (error) {
      for (const step of undo.reverse()) await Promise.resolve(step()).catch(() => undefined);
      throw error;
    }
  }

  private async begin(
    { context, also, inRoom, guardsGit, way, timeoutMs, check, plan }: CommandStart,
    undo: (() => unknown)[],
  ): Promise<TracedCommand> {
    const { sessionId } = context;
    const trace = await this.files.begin({
      workspace: context.workspace,
      also: [...also, ...(inRoom ? [await this.rooms.originOf(sessionId)] : [])],
      read: context.provenance.origins,
    });
    undo.push(() => trace.end());
    // Another command of the room may bring text of others while this one goes on.
    const unfollow = inRoom ? this.rooms.follow(sessionId, (origin) => trace.heard(origin)) : () => undefined;
    undo.push(unfollow);
    await check();
    const watch: GitWatch | undefined = guardsGit ? await this.git.begin(context.workspace) : undefined;
    if (watch) undo.push(() => watch.end());
    // What the model has read may stand in the command, and what the command reads in what it leaves behind.
    const leaves = async (origin: ContentOrigin): Promise<ContentOrigin> => {
      if (!inRoom) return origin;
      await this.rooms.note(sessionId, worstOrigin(context.provenance.origins, origin));
      return worstOrigin([await this.rooms.originOf(sessionId)], origin);
    };
    await leaves(trace.start);
    const running = new RunningCommand(plan(watch?.readOnly ?? []), timeoutMs, (tail) =>
      context.update({ content: [{ type: 'text', text: tail }], details: { status: 'running', tail } }),
    );
    if (way) void running.ended.catch(() => undefined).finally(() => way.close());
    const look = async (): Promise<void> => {
      try {
        const note = await watch?.end();
        if (note !== undefined) running.output.add(`\n${note}\n`);
        if (inRoom) trace.heard(await this.rooms.originOf(sessionId));
      } finally {
        // A command that counts as at work makes everything suspect that is written meanwhile.
        unfollow();
        await trace.end();
      }
      await leaves(await trace.output());
    };
    return {
      running,
      output: async () => leaves(await trace.output()),
      heard: async (origin) => {
        trace.heard(origin);
        if (inRoom) await this.rooms.note(sessionId, origin);
      },
      noted: running.ended.catch(() => undefined).then(look),
    };
  }
}
