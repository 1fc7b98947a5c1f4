import { Injectable } from '@nestjs/common';
import { originOf } from '../../common/net/origin';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { ToolError } from '../agent-tool';
import { GuardedHttp } from '../web/guarded-http.service';
import { speakByEdge } from './edge-speech';

export const SPEECH_PROVIDERS = ['openai', 'elevenlabs', 'edge'] as const;
export type SpeechProvider = (typeof SPEECH_PROVIDERS)[number];
/** Models that each provider speaks with; other names that it has can be set, too. */
export const SPEECH_MODELS: Readonly<Record<SpeechProvider, readonly string[]>> = {
  openai: ['gpt-4o-mini-tts', 'tts-1', 'tts-1-hd'],
  elevenlabs: ['eleven_multilingual_v2', 'eleven_turbo_v2_5', 'eleven_flash_v2_5', 'eleven_v3'],
  edge: [],
};
/** Voices of providers that have the same ones for everybody. */
export const SPEECH_VOICES: Readonly<Partial<Record<SpeechProvider, readonly string[]>>> = {
  openai: [
    ...['alloy', 'ash', 'ballad', 'cedar', 'coral', 'echo', 'fable'],
    ...['marin', 'nova', 'onyx', 'sage', 'shimmer', 'verse'],
  ],
};
export type SpeechFormat = 'opus' | 'mp3';

/** Characters that a provider is given at most. */
export const SPEECH_HARD_LIMIT = 4096;
const PUBLIC_SERVICES = ['https://api.openai.com', 'https://api.elevenlabs.io'];
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_AUDIO_BYTES = 20 * 1024 * 1024;
/** Channels that show a voice note for Opus audio. */
const VOICE_NOTE_CHANNELS = new Set(['telegram', 'whatsapp', 'signal']);

export interface Speech {
  audio: Buffer;
  provider: SpeechProvider;
  format: SpeechFormat;
}

interface Voice {
  provider: SpeechProvider;
  speak(text: string, format: SpeechFormat, signal: AbortSignal): Promise<Speech>;
}

export const speechFormatFor = (channel: string): SpeechFormat => (VOICE_NOTE_CHANNELS.has(channel) ? 'opus' : 'mp3');

/** Text to speech by the configured providers, one after the other until one can. */
@Injectable()
export class SpeechService {
  constructor(
    private readonly config: ConfigService,
    private readonly http: GuardedHttp,
  ) {}

  /** Providers that are set up, first choice first. */
  providers(): SpeechProvider[] {
    return this.voices().map((voice) => voice.provider);
  }

  unavailableReason(): string | undefined {
    if (this.voices().length > 0) return undefined;
    return 'no speech provider: set messages.tts.openai.apiKey or messages.tts.elevenlabs.apiKey (or OPENAI_API_KEY, ELEVENLABS_API_KEY), or messages.tts.provider "edge", which needs no key';
  }

  /**
   * @param first provider to try before the configured one
   * @throws ToolError not_configured, too_large, upstream_error, aborted
   */
  async speak(text: string, format: SpeechFormat, signal: AbortSignal, first?: SpeechProvider): Promise<Speech> {
    const most = Math.min(this.config.config.messages?.tts?.maxTextLength ?? SPEECH_HARD_LIMIT, SPEECH_HARD_LIMIT);
    if (text.length > most)
      throw new ToolError('too_large', `text has ${text.length} characters, at most ${most} are spoken; shorten it`);
    const reason = this.unavailableReason();
    if (reason !== undefined) throw new ToolError('not_configured', reason);
    const failures: string[] = [];
    for (const voice of this.voices(first)) {
      try {
        return await voice.speak(text, format, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        failures.push(`${voice.provider}: ${messageOf(error)}`);
      }
    }
    throw new ToolError('upstream_error', failures.join('; '));
  }

  private voices(first = this.config.config.messages?.tts?.provider): Voice[] {
    const settings = this.config.config.messages?.tts;
    const { env } = this.config;
    const timeoutMs = settings?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const openAiKey = text(settings?.openai, 'apiKey') ?? env.get('OPENAI_API_KEY');
    const elevenKey = text(settings?.elevenlabs, 'apiKey') ?? env.get('ELEVENLABS_API_KEY') ?? env.get('XI_API_KEY');
    const voices: Voice[] = [];
    if (openAiKey) {
      const baseUrl = text(settings?.openai, 'baseUrl') ?? 'https://api.openai.com/v1';
      voices.push({
        provider: 'openai',
        speak: async (input, format, signal) => ({
          provider: 'openai',
          format,
          audio: await this.post(
            `${baseUrl}/audio/speech`,
            baseUrl,
            { authorization: `Bearer ${openAiKey}` },
            timeoutMs,
            signal,
            {
              model: text(settings?.openai, 'model') ?? 'gpt-4o-mini-tts',
              voice: text(settings?.openai, 'voice') ?? 'alloy',
              input,
              response_format: format,
            },
          ),
        }),
      });
    }
    if (elevenKey) {
      const baseUrl = text(settings?.elevenlabs, 'baseUrl') ?? 'https://api.elevenlabs.io';
      const voiceId = text(settings?.elevenlabs, 'voiceId') ?? 'pMsXgVXv3BLzUgSXRplE';
      voices.push({
        provider: 'elevenlabs',
        speak: async (input, format, signal) => ({
          provider: 'elevenlabs',
          format,
          audio: await this.post(
            `${baseUrl}/v1/text-to-speech/${encodeURIComponent(voiceId)}?output_format=${format === 'opus' ? 'opus_48000_64' : 'mp3_44100_128'}`,
            baseUrl,
            { 'xi-api-key': elevenKey },
            timeoutMs,
            signal,
            { text: input, model_id: text(settings?.elevenlabs, 'modelId') ?? 'eleven_multilingual_v2' },
          ),
        }),
      });
    }
    // It needs no key, but it sends what is said to somebody: only where the operator named it.
    const { edge } = settings ?? {};
    if (edge?.['enabled'] !== false && (settings?.provider === 'edge' || edge !== undefined))
      voices.push({ provider: 'edge', speak: (input, _format, signal) => this.edge(input, edge, timeoutMs, signal) });
    return voices.sort((a, b) => Number(b.provider === first) - Number(a.provider === first));
  }

  private async edge(
    input: string,
    settings: Record<string, unknown> | undefined,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Speech> {
    const own = text(settings, 'baseUrl');
    const audio = await speakByEdge(
      input,
      {
        voice: text(settings, 'voice') ?? 'en-US-MichelleNeural',
        lang: text(settings, 'lang') ?? 'en-US',
        outputFormat: text(settings, 'outputFormat') ?? 'audio-24khz-48kbitrate-mono-mp3',
        rate: text(settings, 'rate') ?? 'default',
        pitch: text(settings, 'pitch') ?? 'default',
        volume: text(settings, 'volume') ?? 'default',
        ...(own ? { baseUrl: own } : {}),
      },
      (host, port) => this.http.addressFor(host, port),
      AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    );
    return { audio, provider: 'edge', format: 'mp3' };
  }

  private async post(
    url: string,
    baseUrl: string,
    headers: Record<string, string>,
    timeoutMs: number,
    signal: AbortSignal,
    body: unknown,
  ): Promise<Buffer> {
    const origin = originOf(baseUrl);
    const response = await this.http.request({
      url,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'audio/*' },
      body: JSON.stringify(body),
      timeoutMs,
      maxBytes: MAX_AUDIO_BYTES,
      maxRedirects: 0,
      // Only what the operator wrote may be private.
      trustedOrigins: origin === undefined || PUBLIC_SERVICES.includes(origin) ? [] : [origin],
      signal,
    });
    if (response.status !== 200) throw new ToolError('upstream_error', `status ${response.status}`);
    if (/json/.test(response.headers['content-type'] ?? '') || response.body.length === 0)
      throw new ToolError('upstream_error', 'it answered without audio');
    return response.body;
  }
}

function text(source: Record<string, unknown> | undefined, key: string): string | undefined {
  const value = source?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
