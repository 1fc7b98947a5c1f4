import { Injectable } from '@nestjs/common';
import { ChatCommands } from '../agent/commands/chat-commands.service';
import type { OutboundFile, ReplyButton } from '../common/chat-media';
import { isWebAddress } from '../common/net/host';
import type { ApprovalFact } from '../tools/approvals/approval-request';
import type { DeliveryRoute } from '../common/delivery-route';
import { isPlainObject } from '../common/plain-object';
import { ChannelDirectory } from '../events/channel-directory';
import { type ToolContext, ToolError } from '../tools/agent-tool';
import { SinkGate } from '../tools/provenance/sink-gate.service';
import { LeavingFiles } from '../tools/files/leaving-files.service';
import { OutboundSources } from '../tools/files/outbound-sources.service';

const MAX_ROWS = 10;
const MAX_IN_ROW = 8;
/** Most bytes that every platform with buttons gives back. */
const MAX_SAYS_BYTES = 64;

/** Where the bytes of a file come from, as the `message` tool is told. */
export interface FileWish {
  /** File of the workspace. */
  path?: string;
  /** File of the workspace or address. */
  media?: string;
  /** Base64 or data URL. */
  buffer?: string;
  filename?: string;
  mimeType?: string;
  asVoice?: boolean;
}

/** Files and buttons that the assistant puts into messages. */
@Injectable()
export class MessageContent {
  constructor(
    private readonly directory: ChannelDirectory,
    private readonly sources: OutboundSources,
    private readonly commands: ChatCommands,
    private readonly gate: SinkGate,
    private readonly leaving: LeavingFiles,
  ) {}

  /** What somebody has to see of the file of the workspace that would be sent; nothing where none would. */
  fileFacts(wish: FileWish, routes: readonly DeliveryRoute[], context: ToolContext): Promise<ApprovalFact[]> {
    const files = [wish.path, wish.media].filter((source) => source !== undefined && !isWebAddress(source));
    const limits = routes.map((route) => this.directory.fileLimit(route) ?? 0);
    return this.leaving.facts(files as string[], Math.min(...limits), context);
  }

  /**
   * Keeps the file as it is now, if one is wished for.
   * @throws ToolError invalid_args, not_configured (a channel takes no files), too_large, upstream_error, blocked_address
   */
  async file(
    wish: FileWish,
    routes: readonly DeliveryRoute[],
    context: ToolContext,
  ): Promise<OutboundFile | undefined> {
    const sources = [wish.path, wish.media, wish.buffer].filter((source) => source !== undefined);
    if (sources.length === 0) return undefined;
    if (sources.length > 1) throw new ToolError('invalid_args', 'path, media and buffer exclude each other');
    const maxBytes = Math.min(...routes.map((route) => this.limit(route)));
    const source = wish.path ?? wish.media;
    return this.sources.keep(
      { ...wish, ...(source === undefined ? {} : { source }) },
      {
        workspace: context.workspace,
        maxBytes,
        signal: context.signal,
        onRedirect: (to) => this.gate.passRedirect('message', source ?? '', to, context),
        check: (content) => this.leaving.requireJudged(source ?? '', content, context),
      },
    );
  }

  /**
   * Buttons as OpenClaw's tool spells them: rows of `{text, callback_data}`. Who presses one says its `callback_data`; a
   * command can't stand behind one, or a label could have somebody approve what he never saw.
   * @throws ToolError invalid_args
   */
  buttons(rows: readonly unknown[] | undefined): ReplyButton[][] {
    if (!rows) return [];
    const refused = (what: string): never => {
      throw new ToolError('invalid_args', `buttons: ${what}`);
    };
    if (rows.length > MAX_ROWS) refused(`at most ${MAX_ROWS} rows, got ${rows.length}`);
    return rows.map((row, index) => {
      if (!Array.isArray(row) || row.length === 0 || row.length > MAX_IN_ROW)
        return refused(`row ${index} must be a list of 1 to ${MAX_IN_ROW} buttons {text, callback_data}`);
      return row.map((button: unknown) => {
        if (!isPlainObject(button)) return refused(`row ${index} holds something else than {text, callback_data}`);
        const { text, callback_data: says = text } = button;
        if (typeof text !== 'string' || text.trim() === '' || typeof says !== 'string' || says.trim() === '')
          return refused(`row ${index}: text and callback_data must be texts`);
        if (this.commands.carriesCommand(says)) return refused(`"${says}": a button can't give a command`);
        if (Buffer.byteLength(says) > MAX_SAYS_BYTES)
          return refused(`"${says}" has more than ${MAX_SAYS_BYTES} bytes; make callback_data shorter`);
        return { label: text, says };
      });
    });
  }

  private limit(route: DeliveryRoute): number {
    const limit = this.directory.fileLimit(route);
    if (limit === undefined) throw new ToolError('not_configured', `${route.channel} takes no files`);
    return limit;
  }
}
