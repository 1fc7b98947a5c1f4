import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { quoteLines } from '../../common/quoted-words';
import type { ContentOrigin } from '../../common/content-parts';
import { messageOf } from '../../common/openclaw-error';
import { settlesWithin } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { AgentTool, type ToolContext, ToolError, type ToolResult } from '../agent-tool';
import type { ApprovalQuestion } from '../approvals/approval-question';
import { WorkspaceFiles } from '../files/workspace-files';
import { GitGuard } from '../git/git-guard.service';
import { ToolPolicyService } from '../policy/tool-policy.service';
import { type BackgroundProcess, ProcessRegistry } from '../processes/process-registry.service';
import { worstOrigin } from '../provenance/taint';
import { BubblewrapDriver } from '../sandbox/bubblewrap.driver';
import { childEnvironment } from '../sandbox/child-environment';
import type { SpawnPlan } from '../sandbox/sandbox';
import { SessionRooms } from '../sandbox/session-room.service';
import { toolchainsOn } from '../sandbox/toolchains';
import { GuardedHttp } from '../web/guarded-http.service';
import { describeEnd, describeRemoteEnd, endText } from './command-result';
import { CommandLauncher } from './command-launcher.service';
import { RemoteExec } from './remote-exec';
import { SkillAccess, type SkillGrant } from './skill-access';
import { undeclaredProgram } from './undeclared-program';
import { type WayOut, openWayOut } from './way-out';
import { DEFAULT_TIMEOUT_SECONDS, DEFAULT_YIELD_MS, ExecParams } from './exec-params';
import type { ExecWish } from './command-question';
import { inTerminal, withEnvironment } from './command-words';
import type { SandboxTerms, TracedCommand } from './traced-command';
import { type CommandPermit, ExecPermit } from './exec-permit.service';
import type { CallSinks, SinkUse } from '../provenance/sinks';

/** A turn waits so long for a decision; after that the question stays open without it. */
const APPROVAL_WAIT_MS = 20_000;

@Injectable()
@AgentTool({
  name: 'exec',
  aliases: ['bash'],
  description:
    "Run a shell command (sh on Linux) in the workspace and return its output. It runs in a sandbox: no network but localhost, and only the workspace, /tmp and $HOME can be written. /tmp, $HOME and what listens on localhost stay for this conversation, so a server started in the background answers the next command. A command that must run on the machine itself may need the owner's approval. What takes longer goes on in the background.",
  params: ExecParams,
  paramAliases: { working_directory: 'workdir', cwd: 'workdir' },
  idempotent: false,
  core: true,
  companions: ['process'],
  origin: 'gateway',
})
export class ExecTool {
  constructor(
    private readonly config: ConfigService,
    private readonly permits: ExecPermit,
    private readonly sandbox: BubblewrapDriver,
    private readonly processes: ProcessRegistry,
    private readonly policy: ToolPolicyService,
    private readonly remote: RemoteExec,
    private readonly skills: SkillAccess,
    private readonly http: GuardedHttp,
    private readonly events: EventBus,
    private readonly launcher: CommandLauncher,
    private readonly git: GitGuard,
    private readonly rooms: SessionRooms,
  ) {}

  /** Commands on the machine itself are asked for where they are permitted; here are those in the sandbox. */
  sinksOf(params: ExecParams, context: ToolContext): CallSinks {
    const settings = this.permits.settingsOf(context);
    const host = params.elevated === true ? 'gateway' : (params.host ?? settings.host ?? 'sandbox');
    const judged = { env: 'none', host: 'none', elevated: 'none', node: 'none' } as const;
    return { ...judged, command: host === 'gateway' ? 'none' : this.commandSink(params, host, context) };
  }

  private commandSink(params: ExecParams, host: 'sandbox' | 'node', context: ToolContext): SinkUse | 'none' {
    if (host === 'node') {
      const node = params.node ?? this.permits.settingsOf(context).node ?? '(only one)';
      return { sink: 'host', summary: `on the node ${node}: ${withEnvironment(params)}` };
    }
    const grant = this.grantOf(context);
    const skills = grant.skills.join(', ');
    const undeclared = undeclaredProgram(params.command, grant);
    if (undeclared !== undefined)
      return { sink: 'out', summary: `${withEnvironment(params)} (${undeclared}; skill ${skills})` };
    const isContained = !this.permits.hasNetwork(context);
    if (isContained && grant.hosts.length > 0 && !grant.isOwn)
      return {
        sink: 'out',
        summary: `${withEnvironment(params)} (may reach ${grant.hosts.join(', ')} for skill ${skills})`,
        target: `skill ${skills}`,
      };
    // Without network nothing leaves; what it writes and prints carries its origin on.
    return isContained ? 'none' : { sink: 'out', summary: withEnvironment(params) };
  }

  /** @throws ToolError as `ExecPermit.hostFor` and `ExecPermit.permit` */
  async questionOf(params: ExecParams, context: ToolContext): Promise<ApprovalQuestion | undefined> {
    if ((await this.permits.hostFor(params, context)) !== 'gateway') return undefined;
    return this.permits.questionOf(await this.wishOf(params, this.grantOf(context), context), context);
  }

  /** @throws ToolError as `ExecPermit.hostFor` and `ExecPermit.permit` */
  async foresee(params: ExecParams, context: ToolContext): Promise<string> {
    const host = await this.permits.hostFor(params, context);
    const grant = this.grantOf(context);
    if (host === 'sandbox') {
      await this.wishOf(params, grant, context);
      if (this.permits.hasNetwork(context)) return 'in the sandbox, with a way to public addresses of the web';
      return grant.hosts.length > 0
        ? `in the sandbox, with a way to ${grant.hosts.join(', ')} only`
        : 'in the sandbox, without network';
    }
    if (host === 'node') return 'on a paired node, by the rules of that node';
    const why = await this.permits.whyFree(await this.wishOf(params, grant, context), context);
    return `on this machine${why === undefined ? '' : `: ${why}`}`;
  }

  private async wishOf(params: ExecParams, grant: SkillGrant, context: ToolContext): Promise<ExecWish> {
    const { pathPrepend } = this.permits.settingsOf(context);
    const cwd = await new WorkspaceFiles([context.workspace]).resolve(params.workdir ?? '.');
    return {
      command: params.command,
      cwd,
      env: { ...grant.env, ...childEnvironment(this.config.env.all(), params.env, pathPrepend) },
      callEnv: params.env ?? {},
      grantedNames: Object.keys(grant.env),
      ...(params.security ? { security: params.security } : {}),
      ...(params.ask ? { ask: params.ask } : {}),
      ...(params.elevated ? { elevated: true } : {}),
    };
  }

  async execute(params: ExecParams, context: ToolContext): Promise<ToolResult> {
    const settings = this.permits.settingsOf(context);
    const host = await this.permits.hostFor(params, context);
    if (host === 'node') return this.onNode(params, context);
    const grant = this.grantOf(context);
    // What is judged is what sandboxed commands have left behind, not what they are about to change.
    if (host === 'gateway') await this.git.settle(context.workspace);
    const wish = await this.wishOf(params, grant, context);
    const { cwd } = wish;
    const timeoutSeconds = params.timeout ?? settings.timeoutSec ?? DEFAULT_TIMEOUT_SECONDS;
    const isWalled = host === 'sandbox';
    const room = isWalled ? await this.rooms.of(context.sessionId) : undefined;
    const way = isWalled ? await this.wayOut(grant, context) : undefined;
    const launch = ({ argv, check }: CommandPermit): Promise<TracedCommand> =>
      this.launcher.start({
        context,
        also: this.otherText(host, grant, context),
        inRoom: isWalled,
        guardsGit: isWalled && !context.readOnly,
        way,
        timeoutMs: timeoutSeconds * 1000,
        check,
        plan: (readOnly) =>
          this.planFor(host, params.pty ? inTerminal(argv) : argv, wish, timeoutSeconds, {
            grant,
            way,
            room,
            context,
            readOnly,
          }),
      });
    const start = (permit: CommandPermit): Promise<TracedCommand> =>
      host === 'gateway' ? this.git.alone(context.workspace, () => launch(permit)) : launch(permit);
    const mayLeave = this.policy.evaluate('process', context.subject).allowed;
    const asked = host === 'gateway' ? this.ask(wish, context) : undefined;
    if (asked && mayLeave && !(await settlesWithin(asked.permitted, APPROVAL_WAIT_MS)))
      return this.leaveWaiting(asked, start, params, cwd, context);
    const line = ['/bin/sh', '-c', wish.command];
    const traced = await start(asked ? await asked.permitted : { argv: line, check: () => Promise.resolve() });
    const { running } = traced;
    const isInteractive = mayLeave && (params.background === true || params.pty === true);
    if (!isInteractive) running.closeInput();
    const stop = (): void => running.stop('killed');
    context.signal.addEventListener('abort', stop, { once: true });
    if (context.signal.aborted) stop();
    try {
      const waitMs = params.background ? 0 : (params.yieldMs ?? settings.backgroundMs ?? DEFAULT_YIELD_MS);
      if (!mayLeave) await running.ended;
      else if (!(await settlesWithin(running.ended, waitMs)))
        return await this.leave(traced, host, params, cwd, context);
      const end = await running.ended;
      await traced.noted;
      if (context.signal.aborted) throw new ToolError('aborted', 'the command was stopped');
      return describeEnd(traced.running, await traced.output(), { end, host, cwd, timeoutSeconds });
    } finally {
      context.signal.removeEventListener('abort', stop);
    }
  }

  /** On a paired node, in the foreground; its own rules decide what runs there. */
  private async onNode(params: ExecParams, context: ToolContext): Promise<ToolResult> {
    if (params.background || params.pty)
      throw new ToolError('invalid_args', 'a command on a node runs in the foreground and without a terminal');
    const settings = this.permits.settingsOf(context);
    const node = params.node ?? settings.node;
    const startedAt = Date.now();
    const timeoutSeconds = params.timeout ?? settings.timeoutSec ?? DEFAULT_TIMEOUT_SECONDS;
    const end = await this.remote.run(
      {
        ...(node === undefined ? {} : { node }),
        argv: ['/bin/sh', '-c', params.command],
        ...(params.workdir === undefined ? {} : { cwd: params.workdir }),
        env: params.env ?? {},
        timeoutMs: timeoutSeconds * 1000,
      },
      context,
    );
    return describeRemoteEnd(end, timeoutSeconds, Date.now() - startedAt);
  }

  /** Asks for a command on the machine; notes what the question is known by. */
  private ask(wish: ExecWish, context: ToolContext): Asked {
    const asked: Partial<Asked> & Pick<Asked, 'question'> = { question: {} };
    const permitted = this.permits.permit(wish, {
      ...context,
      update: (partial) => {
        asked.question = partial.details ?? {};
        context.update(partial);
      },
    });
    permitted.catch(() => undefined);
    return Object.assign(asked, { permitted });
  }

  /** The turn goes on while the question stays open; the command runs once it is allowed, and the assistant is told. */
  private leaveWaiting(
    { permitted, question }: Asked,
    start: (permit: CommandPermit) => Promise<TracedCommand>,
    params: ExecParams,
    cwd: string,
    context: ToolContext,
  ): ToolResult {
    permitted
      .then(async (permit) => {
        const traced = await start(permit);
        traced.running.closeInput();
        await this.leave(traced, 'gateway', params, cwd, context);
      })
      .catch((error: unknown) =>
        this.note(
          context,
          `The command (${cutText(params.command, 200)}) was not run: ${messageOf(error)}.`,
          'gateway',
        ),
      );
    return {
      content: [
        {
          type: 'text',
          text: 'This waits for the approval of the owner. You are told when it has run or was denied; go on without it, or end your turn.',
        },
      ],
      details: { ...question, status: 'approval-pending' },
    };
  }

  private planFor(
    host: 'sandbox' | 'gateway',
    argv: string[],
    { cwd, env }: ExecWish,
    timeoutSeconds: number,
    { grant, way, room, context, readOnly }: SandboxTerms,
  ): SpawnPlan {
    if (host === 'gateway') {
      const [file = '', ...args] = argv;
      return { file, args, cwd, env, ordinaryRights: true };
    }
    const toolchains = toolchainsOn(env);
    return this.sandbox.plan({
      argv,
      cwd,
      workspace: context.workspace,
      writable: context.readOnly !== true,
      env: { ...toolchains.variables, ...env },
      network: false,
      timeoutSeconds,
      programs: toolchains.readable,
      readable: grant.folders,
      readOnly,
      ...(room ? { room } : {}),
      ...(way ? { proxySocket: way.socket } : {}),
    });
  }

  /** Whose text a command may get at besides that of the workspace. */
  private otherText(host: 'sandbox' | 'gateway', grant: SkillGrant, context: ToolContext): ContentOrigin[] {
    // On the machine itself it reads and reaches anything.
    if (host === 'gateway') return ['tool'];
    const hasNetwork = this.permits.hasNetwork(context) || grant.hosts.length > 0;
    return [...(hasNetwork ? (['web'] as const) : []), ...(grant.folders.length > 0 ? (['skill'] as const) : [])];
  }

  private grantOf({ subject, provenance }: ToolContext): SkillGrant {
    return this.skills.grantFor(subject, provenance.skills);
  }

  /** A proxy that leads to the hosts which skills name and nowhere else, or to the whole web where that is allowed. */
  private wayOut(grant: SkillGrant, context: ToolContext): Promise<WayOut> | undefined {
    const isWide = this.permits.hasNetwork(context);
    if (!isWide && grant.hosts.length === 0) return undefined;
    return openWayOut(isWide ? 'any' : grant.hosts, (host, port) => this.http.addressFor(host, port));
  }

  /** Goes on in the background; the assistant hears of its end unless it has looked by then. */
  private async leave(
    { running, output, heard, noted }: TracedCommand,
    host: 'sandbox' | 'gateway',
    params: ExecParams,
    cwd: string,
    context: ToolContext,
  ): Promise<ToolResult> {
    const settings = this.permits.settingsOf(context);
    const { agentId, sessionKey } = context;
    const tell = async (process: BackgroundProcess): Promise<void> => {
      await noted;
      if (process.seenEnd || settings.notifyOnExit === false) return;
      const tail = running.output.tail().trim();
      this.note(
        context,
        `The command ${process.id} (${cutText(params.command, 200)}) has ended: ${endText(running.end, 0)}.${tail ? `\nLast output:\n${quoteLines(tail)}` : ''}`,
        await output(),
      );
    };
    const process = this.processes.add(
      { agentId, sessionKey, command: params.command, cwd, host, running, output, heard },
      tell,
    );
    process.read = running.output.total;
    const tail = running.output.tail(2000).trim();
    return {
      content: [
        {
          type: 'text',
          text: `Running in the background as ${process.id} (pid ${running.pid ?? '?'}). Use process with sessionId "${process.id}".${tail ? `\nOutput so far:\n${tail}` : ''}`,
          origin: tail ? await output() : 'gateway',
        },
      ],
      details: { status: 'running', sessionId: process.id, pid: running.pid, tail, cwd },
    };
  }

  /** Tells the assistant in the conversation that the call belongs to. */
  private note(
    { sessionKey, origin, runId, callId, isOwner, provenance }: ToolContext,
    text: string,
    said: ContentOrigin,
  ): void {
    const source = worstOrigin(provenance.origins, said);
    this.events.emit('session.note', {
      sessionKey,
      externalId: `exec:${runId}:${callId}`,
      text,
      isOwner,
      origin: source,
      ...(origin.to === undefined ? {} : { route: { ...origin, to: origin.to } }),
    });
  }
}

/** A question that may still be open. */
interface Asked {
  permitted: Promise<CommandPermit>;
  /** Facts of the question: id, short id, time. */
  question: Record<string, unknown>;
}
