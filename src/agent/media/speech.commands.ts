import { Injectable } from '@nestjs/common';
import { messageOf } from '../../common/openclaw-error';
import { SPEECH_PROVIDERS, SpeechService } from '../../tools/speech/speech.service';
import {
  type ChatCommand,
  type CommandCall,
  type CommandEffect,
  ProvidesChatCommands,
  answer,
} from '../commands/chat-command';
import { isGuestGiver } from '../commands/command-giver';
import { MediaStore } from './media-store.service';
import { SpeechMaker } from './speech-maker.service';
import { SpeechPrefs } from './speech-prefs.service';

const TIMEOUT_MS = 90_000;
const LIMITS = { min: 100, max: 4096 } as const;

/** `/tts`. */
@Injectable()
@ProvidesChatCommands()
export class SpeechCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'tts',
      usage: 'status | on | inbound | off | provider <name> | limit <characters> | summary on|off | audio <text>',
      summary: 'speech',
      category: 'media',
      right: 'sender',
      run: (call) => this.run(call),
    },
  ];

  constructor(
    private readonly speech: SpeechService,
    private readonly prefs: SpeechPrefs,
    private readonly maker: SpeechMaker,
    private readonly media: MediaStore,
  ) {}

  private async run(call: CommandCall): Promise<CommandEffect> {
    const [verb = 'status', ...rest] = call.args.split(/\s+/).filter((word) => word !== '');
    const value = rest.join(' ');
    if (isGuestGiver(call.giver) && verb.toLowerCase() !== 'status')
      return answer('/tts changes how everybody is answered: it is for owners of this gateway.');
    switch (verb.toLowerCase()) {
      case 'status':
        return answer(this.status());
      case 'on':
      case 'always':
        this.prefs.change({ auto: 'always' });
        return answer(`Answers as speech: on.${this.notYet()}`);
      case 'inbound':
        this.prefs.change({ auto: 'inbound' });
        return answer(`Answers as speech: to those who speak.${this.notYet()}`);
      case 'off':
        this.prefs.change({ auto: 'off' });
        return answer('Answers as speech: off.');
      case 'provider': {
        const provider = SPEECH_PROVIDERS.find((known) => known === value.toLowerCase());
        if (!provider) return answer(`"${value}" is not known; choose ${SPEECH_PROVIDERS.join(', ')}.`);
        this.prefs.change({ provider });
        return answer(`Provider: ${provider}${this.speech.providers().includes(provider) ? '' : ' (not set up yet)'}.`);
      }
      case 'limit': {
        const limit = Number(value);
        if (!Number.isInteger(limit) || limit < LIMITS.min || limit > LIMITS.max)
          return answer(`"${value}" is no limit; write a number from ${LIMITS.min} to ${LIMITS.max}.`);
        this.prefs.change({ maxLength: limit });
        return answer(`Texts of more than ${limit} characters are summed up before they are spoken.`);
      }
      case 'summary':
        if (value !== 'on' && value !== 'off') return answer('Write /tts summary on or /tts summary off.');
        this.prefs.change({ summarize: value === 'on' });
        return answer(`Long texts are ${value === 'on' ? 'summed up first' : 'spoken whole'}.`);
      case 'audio':
        return answer(value === '' ? 'What shall I say?' : await this.audio(value, call));
      default:
        return answer(
          'Write /tts status, on, inbound, off, provider <name>, limit <characters>, summary on|off or audio <text>.',
        );
    }
  }

  /** Why nothing will be heard as things stand. */
  private notYet(): string {
    const reason = this.speech.unavailableReason();
    return reason === undefined ? '' : ` Nothing will be heard yet: ${reason}.`;
  }

  private status(): string {
    const { auto, maxLength, summarize } = this.prefs.read();
    const usable = this.speech.providers();
    return [
      `Speech: ${auto === 'off' ? 'on demand' : auto}`,
      `Provider: ${this.maker.first() ?? this.speech.unavailableReason() ?? 'none'}${usable.length > 1 ? `, then ${usable.slice(1).join(', ')}` : ''}`,
      `Texts of more than ${maxLength} characters are ${summarize ? 'summed up' : 'spoken whole'}.`,
    ].join('\n');
  }

  private async audio(text: string, { agentId, sessionKey, giver }: CommandCall): Promise<string> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const { name, speech } = await this.maker.make({
        text,
        channel: giver.channel,
        agentId,
        sessionKey,
        isGuest: isGuestGiver(giver),
        signal,
      });
      if (giver.route !== undefined) return `Spoken by ${speech.provider}: ${name}`;
      const id = await this.media.keep(speech.audio, speech.format === 'opus' ? 'ogg' : 'mp3');
      return `Spoken by ${speech.provider}: [listen](${this.media.link(id)})\n${name}`;
    } catch (error) {
      return `Not spoken: ${messageOf(error)}.`;
    }
  }
}
