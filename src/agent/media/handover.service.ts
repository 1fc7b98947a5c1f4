import { basename, isAbsolute, posix } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { OutboundFile } from '../../common/chat-media';
import type { DeliveryRoute } from '../../common/delivery-route';
import { takeHandover } from '../../common/markdown/handed-files';
import { isWebAddress } from '../../common/net/host';
import { innerPath } from '../../common/paths/path-place';
import { ChannelDirectory } from '../../events/channel-directory';
import type { HandedFile } from '../../sessions/transcript-event';
import { type ToolContext, ToolError } from '../../tools/agent-tool';
import { FileWriter } from '../../tools/files/file-writer.service';
import { OutboundSources, requireOpen } from '../../tools/files/outbound-sources.service';
import { WorkspaceFiles } from '../../tools/files/workspace-files';
import { ToolPolicyService } from '../../tools/policy/tool-policy.service';
import { SinkGate } from '../../tools/provenance/sink-gate.service';
import { SessionRooms } from '../../tools/sandbox/session-room.service';
import { ConfigService } from '../../config/config.service';

const MOST_FILES = 10;
const MOST_SAME_NAMES = 100;
/** Of a file that is copied for the page or the command line. */
const MOST_COPIED_BYTES = 200 * 1024 * 1024;
/** Where what lies in the sandbox alone is kept, so that it is still there tomorrow. */
const KEPT_IN = 'output';

/** An answer without the lines that name files, and the files. */
export interface TakenHandover {
  text: string;
  /** The gateway's copies, for the chat that the answer goes to. */
  files: OutboundFile[];
  /** What was handed over, by path or address. */
  handed: HandedFile[];
  /** What was not, and why. */
  note?: string;
}

/** One file of an answer: for a chat, or as a line of its text. */
interface Taken {
  file?: OutboundFile;
  handed?: HandedFile;
  line?: string;
}

/** Gives people the files that an answer names: those that its conversation may read, and what it may fetch. */
@Injectable()
export class Handovers {
  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly sources: OutboundSources,
    private readonly writer: FileWriter,
    private readonly rooms: SessionRooms,
    private readonly policy: ToolPolicyService,
    private readonly gate: SinkGate,
  ) {}

  /**
   * @param route chat that the answer goes to; without one it is read at the page or the command line, which fetch files
   * @returns undefined where the answer names none
   */
  async take(answer: string, context: ToolContext, route?: DeliveryRoute): Promise<TakenHandover | undefined> {
    const { text, sources, asVoice } = takeHandover(answer);
    if (sources.length === 0) return asVoice ? { text, files: [], handed: [] } : undefined;
    const taken: Taken[] = [];
    const missed = sources
      .slice(MOST_FILES)
      .map((source) => `${shownName(source, context.workspace)}: an answer hands over ${MOST_FILES} files at most`);
    for (const source of sources.slice(0, MOST_FILES)) {
      try {
        taken.push(await this.takeOne(source, asVoice, context, route));
      } catch (error) {
        if (!(error instanceof ToolError) || context.signal.aborted) throw error;
        missed.push(faultOf(error, source, context.workspace));
      }
    }
    const lines = taken.flatMap(({ line }) => line ?? []);
    return {
      text: [text, lines.join('\n')].filter((part) => part !== '').join('\n\n'),
      files: taken.flatMap(({ file }) => file ?? []),
      handed: taken.flatMap(({ handed }) => handed ?? []),
      ...(missed.length > 0 ? { note: missed.map((each) => `(Not handed over: ${each})`).join('\n') } : {}),
    };
  }

  private takeOne(source: string, asVoice: boolean, context: ToolContext, route?: DeliveryRoute): Promise<Taken> {
    return isWebAddress(source)
      ? this.takeAddress(source, asVoice, context, route)
      : this.takePath(pathOf(source), asVoice, context, route);
  }

  /** An address is fetched where the conversation may do that unasked; elsewhere people can open it themselves. */
  private async takeAddress(
    source: string,
    asVoice: boolean,
    context: ToolContext,
    route?: DeliveryRoute,
  ): Promise<Taken> {
    const handed = { path: source, name: basename(new URL(source).pathname) || source };
    const isFree = this.policy.evaluate('web_fetch', context.subject).allowed && this.gate.isFree(source, context);
    if (!route || !isFree) return { line: source, handed };
    const maxBytes = this.limitOf(route);
    const onRedirect = (to: URL): Promise<void> => {
      if (this.gate.isFree(to.href, context)) return Promise.resolve();
      throw new ToolError('approval_denied', `it leads to ${to.href}, which is not fetched unasked`);
    };
    const limits = { workspace: context.workspace, maxBytes, signal: context.signal, onRedirect };
    return { file: await this.sources.keep({ source, asVoice }, limits), handed };
  }

  private async takePath(
    source: string,
    asVoice: boolean,
    context: ToolContext,
    route?: DeliveryRoute,
  ): Promise<Taken> {
    const verdict = this.policy.evaluate('read', context.subject);
    if (!verdict.allowed)
      throw new ToolError(
        'denied_by_policy',
        `files are not read here: read is refused by ${verdict.layer}: ${verdict.reason}`,
      );
    const maxBytes = route && this.limitOf(route);
    const path = (await this.fromRoom(source, context, maxBytes)) ?? source;
    const files = new WorkspaceFiles([context.workspace]);
    const { file, path: real } = await files.openForRead(path);
    try {
      const info = await file.stat();
      if (!info.isFile()) throw new ToolError('invalid_args', `${path} is no ordinary file`);
      await requireOpen(this.config.stateDir, context.workspace, real, path);
      const shown = files.display(real);
      const handed = { path: shown, name: basename(real), bytes: info.size };
      if (maxBytes === undefined) return { handed };
      const limits = { workspace: context.workspace, maxBytes, signal: context.signal };
      return { file: await this.sources.keep({ source: path, asVoice }, limits), handed };
    } finally {
      await file.close();
    }
  }

  /** @throws ToolError not_configured: the channel takes no files */
  private limitOf(route: DeliveryRoute): number {
    const limit = this.directory.fileLimit(route);
    if (limit === undefined) throw new ToolError('not_configured', `${route.channel} takes no files`);
    return limit;
  }

  /**
   * A file that only commands of the conversation see lies in its room. It is copied into the workspace.
   * @returns its path there; undefined where the path leads into no room
   */
  private async fromRoom(source: string, context: ToolContext, maxBytes?: number): Promise<string | undefined> {
    const path = posix.normalize(source);
    const { workspace, sessionId } = context;
    if (!posix.isAbsolute(path) || innerPath(workspace, path) !== undefined) return undefined;
    const { tmp, home } = this.rooms.foldersOf(sessionId);
    const inHome = innerPath('/tmp/home', path);
    const inner = inHome ?? innerPath('/tmp', path);
    if (inner === undefined || inner === '') return undefined;
    const { content } = await new WorkspaceFiles([inHome === undefined ? tmp : home]).readBytes(
      inner,
      maxBytes ?? MOST_COPIED_BYTES,
    );
    const kept = [await this.rooms.originOf(sessionId)];
    for (let count = 1; count <= MOST_SAME_NAMES; count++) {
      const { name, ext } = posix.parse(path);
      const place = `${KEPT_IN}/${count === 1 ? name : `${name} (${count})`}${ext}`;
      const there = await new WorkspaceFiles([workspace]).readBytes(place, content.length).catch((error: unknown) => {
        if (error instanceof ToolError) return error.code;
        throw error;
      });
      if (there === 'not_found') {
        await this.writer.write(context, place, content, kept);
        return place;
      }
      if (typeof there === 'object' && there.content.equals(content)) return place;
    }
    throw new ToolError('failed', `there are ${MOST_SAME_NAMES} files called ${basename(path)} in ${KEPT_IN}/`);
  }
}

const pathOf = (source: string): string => source.replace(/^file:\/\//i, '');

/** What a file is called before everybody in the chat: where this machine keeps its files is none of their business. */
function shownName(source: string, workspace: string): string {
  const path = pathOf(source);
  if (isWebAddress(source) || !isAbsolute(path)) return path;
  return innerPath(workspace, path) || basename(path) || path;
}

function faultOf({ message }: ToolError, source: string, workspace: string): string {
  const name = shownName(source, workspace);
  const why = message.replaceAll(pathOf(source), name).replaceAll(`${workspace}/`, '');
  return why.includes(name) ? why : `${name}: ${why}`;
}
