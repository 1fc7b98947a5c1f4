import { appendFile, mkdir, realpath, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { shortId } from '../../common/short-id';
import { cutText } from '../../common/cut-text';
import { readBoundedFile } from '../../common/bounded-file';
import { textOf } from '../../common/content-parts';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf, OpenclawError } from '../../common/openclaw-error';
import { isReallyWithin, isWithin, overlap, realPlace } from '../../common/paths/path-place';
import { isPlainObject } from '../../common/plain-object';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import { expandPath } from '../../config/state-paths';
import { BootstrapFilesPort, type BootstrapFacts, type ShownFile } from '../../events/bootstrap-files-port';
import { EventBus } from '../../events/event-bus';
import { OutboundPort } from '../../events/outbound-port';
import { type HookEvent, onHookEvent } from './handlers/hook-event';
import { runHandler } from './handlers/run-handler';
import { InboxService } from '../../inbox/inbox.service';
import { SessionStore } from '../../sessions/session.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { DatabaseService } from '../../storage/database.service';
import { SessionOrigins } from '../../agent/context/session-origins.service';
import { originsOf, saidIn } from '../../sessions/said-texts';
import { GitGuard } from '../../tools/git/git-guard.service';
import { FileOrigins } from '../../tools/provenance/file-origins.store';
import { worstOrigin } from '../../tools/provenance/taint';
import { BubblewrapDriver } from '../../tools/sandbox/bubblewrap.driver';
import { WorkspaceService } from '../../workspace/workspace.service';
import { HookCatalog } from './hook-catalog.service';
import { HookCopies } from './hook-copies.service';
import type { HookState } from './list-hooks';

const KEPT_MESSAGES = 15;
const MAX_SAID = 5;
/** A turn waits for it. */
const BOOTSTRAP_TIMEOUT_MS = 3000;
const MAX_FILES = 20;
const MAX_FILE_CHARS = 20_000;

/** Bytes of BOOT.md. */
const MAX_BOOT = 256 * 1024;

/** Lets hooks take part in what happens. One that fails is named in the log; nobody waits for it. */
@Injectable()
export class HooksService {
  private readonly log: Logger;
  private said = 0;

  constructor(
    private readonly catalog: HookCatalog,
    private readonly copies: HookCopies,
    private readonly driver: BubblewrapDriver,
    private readonly config: ConfigService,
    private readonly inbox: InboxService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly sessionOrigins: SessionOrigins,
    private readonly database: DatabaseService,
    private readonly outbound: OutboundPort,
    private readonly workspaces: WorkspaceService,
    private readonly events: EventBus,
    private readonly bootstrap: BootstrapFilesPort,
    private readonly origins: FileOrigins,
    private readonly git: GitGuard,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('hooks');
  }

  listen(): void {
    onHookEvent(
      this.events,
      () => defaultAgentId(this.config.config),
      (event) => void this.happened(event),
    );
    this.bootstrap.open((facts, files) => this.chooseFiles(facts, files));
  }

  /** What is on and does not run because of what it is; asked only where hooks are on. */
  async faults(): Promise<string[]> {
    const foreign = this.catalog.all().filter(({ source, enabled }) => source !== 'bundled' && enabled);
    const unagreed = foreign.flatMap(({ name, isUnagreed, reason }) => (isUnagreed ? [`${name}: ${reason}`] : []));
    const lacking = foreign.length > 0 ? await this.driver.unusableReason() : undefined;
    return [...unagreed, ...(lacking === undefined ? [] : [`hooks of others need a sandbox, and ${lacking}`])];
  }

  private async happened(event: HookEvent): Promise<void> {
    for (const hook of this.catalog.for(event)) {
      const started = performance.now();
      try {
        if (hook.source === 'bundled') await this.bundled(hook.name, event);
        else await this.call(hook, event);
        this.log.debug({ hook: hook.name, ms: Math.round(performance.now() - started) }, 'a hook ran');
      } catch (error) {
        this.log.error(
          { hook: hook.name, event: `${event.type}:${event.action}` },
          `a hook failed: ${messageOf(error)}`,
        );
      }
    }
  }

  /** A hook of somebody: it sees its own files and the workspace, and may write into the workspace. */
  private async call(hook: HookState, event: HookEvent): Promise<void> {
    const value = await this.answerOf(hook, event);
    const messages = isPlainObject(value) && Array.isArray(value['messages']) ? value['messages'] : [];
    const texts = messages
      .filter((text): text is string => typeof text === 'string' && text.trim() !== '')
      .slice(0, MAX_SAID);
    if (texts.length > 0) await this.say(hook.name, event, texts);
  }

  private async answerOf(hook: HookState, event: HookEvent, timeoutMs?: number): Promise<unknown> {
    const workspace = this.workspaces.pathOf(event.agentId);
    const { folder, handler } = this.copies.of(hook);
    const input = { ...event, timestamp: new Date().toISOString(), workspace };
    const env = this.config.config.hooks?.internal?.entries?.[hook.name]?.env ?? {};
    const watch = await this.git.begin(workspace);
    try {
      return await runHandler(
        {
          file: handler,
          input,
          readable: [folder, ...this.furtherPaths(hook.name, workspace)],
          writable: workspace,
          env,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        },
        { driver: this.driver },
      );
    } finally {
      await watch.end();
    }
  }

  /** `entries.<name>.paths`. What is in the workspace is given anyway, and by name only: a link there leads nowhere. */
  private furtherPaths(name: string, workspace: string): string[] {
    const { config, env, stateDir, path: configFile } = this.config;
    const written = config.hooks?.internal?.entries?.[name]?.paths ?? [];
    return written.flatMap((each) => {
      const path = each.startsWith('~') ? expandPath(each, env.home) : resolve(workspace, each);
      if (isWithin(workspace, path)) return [];
      const place = realPlace(path);
      if ([stateDir, configFile].some((own) => overlap(realPlace(own), place)))
        throw new OpenclawError(
          'HOOK_PATH',
          `hooks.internal.entries.${name}.paths: "${each}" holds the gateway's own files; name a folder that does not`,
        );
      return [path];
    });
  }

  /** `agent:bootstrap`: each hook may answer with other files; one that fails or takes too long changes nothing. */
  private async chooseFiles(facts: BootstrapFacts, files: readonly ShownFile[]): Promise<readonly ShownFile[]> {
    let shown = files;
    const event = { type: 'agent', action: 'bootstrap', ...facts };
    for (const hook of this.catalog.for({ ...event, context: {} })) {
      if (hook.source === 'bundled') continue;
      try {
        const context = { bootstrapFiles: shown.map(({ name, text }) => ({ name, content: text })) };
        shown = filesIn(await this.answerOf(hook, { ...event, context }, BOOTSTRAP_TIMEOUT_MS), shown) ?? shown;
      } catch (error) {
        this.log.error({ hook: hook.name, event: 'agent:bootstrap' }, `a hook failed: ${messageOf(error)}`);
      }
    }
    return shown;
  }

  /** Into the chat of the conversation that the event is about. */
  private async say(name: string, { sessionKey, agentId }: HookEvent, texts: string[]): Promise<void> {
    const session = await this.sessions.find(sessionKey ?? mainSessionKey(this.config.config, agentId));
    if (!session?.lastChannel || !session.lastTo) {
      this.log.warn({ hook: name }, 'a hook has something to say, and there is no chat to say it in');
      return;
    }
    const route = { channel: session.lastChannel, account: session.lastAccountId ?? 'default', to: session.lastTo };
    const runId = `hook:${name}:${Date.now()}:${++this.said}`;
    const announce = await this.database.write('hook.say', (transaction) =>
      this.outbound.enqueueIn(transaction, { runId, route, texts }),
    );
    announce();
  }

  private bundled(name: string, event: HookEvent): Promise<void> {
    switch (name) {
      case 'boot-md':
        return this.bootMd(event.agentId);
      case 'command-logger':
        return this.logCommand(event);
      case 'session-memory':
        return this.keepSession(event);
      default:
        return Promise.resolve();
    }
  }

  private async bootMd(agentId: string): Promise<void> {
    const workspace = this.workspaces.pathOf(agentId);
    const path = join(workspace, 'BOOT.md');
    const content = isReallyWithin(workspace, path) ? readBoundedFile(path, MAX_BOOT) : undefined;
    const text = content?.toString('utf8').trim() ?? '';
    if (text === '') return;
    const runId = `boot:${Date.now()}`;
    await this.inbox.accept({
      channel: 'internal',
      account: 'default',
      externalId: runId,
      sessionKey: mainSessionKey(this.config.config, agentId),
      runId,
      message: {
        text: `[from the gateway] It has started. BOOT.md says:\n\n${text}`,
        isOwner: true,
        origin: await this.origins.labelOf(path, this.workspaces.pathOf(agentId)),
        isSystemEvent: true,
      },
    });
  }

  private async logCommand({ action, sessionKey, agentId, context }: HookEvent): Promise<void> {
    const folder = join(this.config.stateDir, 'logs');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const line = {
      at: new Date().toISOString(),
      command: action,
      sessionKey,
      agentId,
      sender: context['sender'] ?? null,
    };
    await appendFile(join(folder, 'commands.log'), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }

  private async keepSession({ agentId, context }: HookEvent): Promise<void> {
    const sessionId = context['sessionId'];
    if (typeof sessionId !== 'string') return;
    const events = saidIn(await this.transcripts.readTail(sessionId, KEPT_MESSAGES * 3));
    // What guests say is none of the owner's memories.
    if (originsOf(events).has('stranger')) return;
    const lines = events.flatMap(({ message }) => {
      if (message.role !== 'user' && message.role !== 'assistant') return [];
      const text = (typeof message.content === 'string' ? message.content : textOf(message.content)).trim();
      return text === '' ? [] : [{ role: message.role, text }];
    });
    const kept = lines.slice(-KEPT_MESSAGES);
    const first = kept.find(({ role }) => role === 'user')?.text;
    if (first === undefined) return;
    const now = new Date().toISOString();
    const slug =
      cutText(
        first
          .toLowerCase()
          .replace(/[^\p{L}\p{N}]+/gu, '-')
          .replace(/^-|-$/g, ''),
        40,
        { mark: '' },
      ) || 'talk';
    const workspace = this.workspaces.pathOf(agentId);
    const folder = join(workspace, 'memory');
    const file = join(folder, `${shortId(now, 10)}-${slug}.md`);
    if (!isReallyWithin(workspace, file))
      throw new OpenclawError('HOOK_PATH', `${file} is a link that leads out of the workspace; remove the link`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const body = kept.map(({ role, text }) => `**${role === 'user' ? 'Person' : 'Assistant'}**: ${text}`).join('\n\n');
    const path = join(await realpath(folder), basename(file));
    // An answer may repeat what a tool has read, also where the results themselves are not kept.
    const origin = worstOrigin(await this.sessionOrigins.of(sessionId, events), 'workspace');
    await this.origins.set(path, origin);
    await writeFile(path, `# Conversation that ended ${now}\n\n${body}\n`, { mode: 0o600 });
    await this.origins.set(path, origin);
  }
}

/** `bootstrapFiles` of an answer; undefined where there are none, which is: as before. */
function filesIn(answer: unknown, before: readonly ShownFile[]): ShownFile[] | undefined {
  const listed = isPlainObject(answer) ? answer['bootstrapFiles'] : undefined;
  if (!Array.isArray(listed)) return undefined;
  return listed.slice(0, MAX_FILES).flatMap((file: unknown) => {
    const { name, content } = isPlainObject(file) ? file : {};
    if (typeof name !== 'string' || typeof content !== 'string' || content.trim() === '') return [];
    const text = cutText(content, MAX_FILE_CHARS, { mark: '' });
    // What a hook has changed or brought along may come from anywhere that it can read.
    const same = before.find((file) => file.name === name && file.text === content);
    return [{ name: cutText(name, 200, { mark: '' }), text, origin: same?.origin ?? 'file' }];
  });
}
