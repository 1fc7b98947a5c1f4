import { readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { ChannelDirectory } from '../../events/channel-directory';
import { EventBus } from '../../events/event-bus';
import type { EventMap } from '../../events/event-map';
import { OutboundPort } from '../../events/outbound-port';
import { TakenRows } from '../../inbox/taken-rows.store';
import { agentOfSession } from '../../sessions/session-key';
import { DatabaseService } from '../../storage/database.service';
import { OutboundFiles } from '../../tools/files/outbound-files.service';
import { TurnStore } from '../turns/turn.store';
import { SpeechMaker } from './speech-maker.service';
import { SpeechPrefs } from './speech-prefs.service';

const SPEAK_MS = 60_000;

/** Reads answers out in chats, as voice notes behind their text, where people have asked for that (`/tts`). */
@Injectable()
export class SpokenAnswers {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly directory: ChannelDirectory,
    private readonly events: EventBus,
    private readonly outbound: OutboundPort,
    private readonly database: DatabaseService,
    private readonly turns: TurnStore,
    private readonly taken: TakenRows,
    private readonly prefs: SpeechPrefs,
    private readonly speech: SpeechMaker,
    private readonly files: OutboundFiles,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('speech');
  }

  listen(): void {
    this.events.on('turn.closed', (turn) => {
      if (turn.route === undefined || turn.outcome !== 'reply' || this.prefs.read().auto === 'off') return;
      this.speak(turn, turn.route).catch((error: unknown) =>
        this.log.warn({ runId: turn.runId }, `the answer was not spoken: ${messageOf(error)}`),
      );
    });
  }

  private async speak(
    { runId, sessionKey }: EventMap['turn.closed'],
    route: NonNullable<EventMap['turn.closed']['route']>,
  ): Promise<void> {
    if (!this.directory.find(route.channel)?.declaration.capabilities.files) return;
    const { auto } = this.prefs.read();
    if (auto === 'tagged' || (auto === 'inbound' && !(await this.wasSpoken(runId)))) return;
    const turn = await this.turns.find(runId);
    const text = turn?.result?.payloads.map((payload) => payload.text).join('\n') ?? '';
    const isGuest = turn?.request.isOwner === false;
    if (text.trim() === '') return;
    const { path } = await this.speech.make({
      text,
      channel: route.channel,
      agentId: agentOfSession(this.config.config, sessionKey),
      sessionKey,
      isGuest,
      signal: AbortSignal.timeout(SPEAK_MS),
    });
    const file = await this.files.keep(await readFile(path), basename(path), true);
    // Guests can't hear it again from a folder.
    if (isGuest) await rm(path, { force: true });
    const { replyToId: _, ...place } = route;
    const announce = await this.database.write('speech.answer', (transaction) =>
      this.outbound.enqueueIn(transaction, { runId: `speech:${runId}`, route: place, texts: [], files: [file] }),
    );
    announce();
  }

  /** Whether what the turn answers was spoken itself. */
  private async wasSpoken(runId: string): Promise<boolean> {
    const rows = await this.taken.ofTurn(runId);
    return rows.some(({ message }) => message.files?.some(({ mimeType }) => mimeType.startsWith('audio/')));
  }
}
