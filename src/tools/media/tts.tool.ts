import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { messageOf } from '../../common/openclaw-error';
import { Doc, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { FileWriter } from '../files/file-writer.service';
import { GuardedHttp, originOf } from '../web/guarded-http.service';

const HARD_LIMIT = 4096;
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_AUDIO_BYTES = 20 * 1024 * 1024;
/** Channels that show a voice note for Opus audio. */
const VOICE_NOTE_CHANNELS = new Set(['telegram', 'whatsapp', 'signal']);

export class TtsParams {
  @Text({ max: HARD_LIMIT }) @Doc(`What to say, at most ${HARD_LIMIT} characters.`) text!: string;
  @Opt() @Text() @Doc('Channel the audio is for, which decides its format.') channel?: string;
}

interface Voice {
  provider: 'openai' | 'elevenlabs';
  speak(text: string, format: 'opus' | 'mp3', signal: AbortSignal): Promise<Buffer>;
}

@Injectable()
@AgentTool({
  name: 'tts',
  description: 'Turn text into a speech file in the workspace.',
  params: TtsParams,
  idempotent: true,
  core: true,
})
export class TtsTool {
  constructor(
    private readonly config: ConfigService,
    private readonly http: GuardedHttp,
    private readonly writer: FileWriter,
  ) {}

  unavailableReason(): string | undefined {
    if (this.voices().length > 0) return undefined;
    return this.config.config.messages?.tts?.provider === 'edge'
      ? 'messages.tts.provider is "edge", which is not built in; use openai or elevenlabs with a key'
      : 'no speech key: set messages.tts.openai.apiKey or messages.tts.elevenlabs.apiKey (or OPENAI_API_KEY, ELEVENLABS_API_KEY)';
  }

  async execute(params: TtsParams, context: ToolContext): Promise<ToolResult> {
    const settings = this.config.config.messages?.tts;
    const most = Math.min(settings?.maxTextLength ?? HARD_LIMIT, HARD_LIMIT);
    if (params.text.length > most)
      throw new ToolError(
        'too_large',
        `text has ${params.text.length} characters, at most ${most} are spoken; shorten it`,
      );
    const channel = params.channel ?? context.origin.channel;
    const format = VOICE_NOTE_CHANNELS.has(channel) ? 'opus' : 'mp3';
    const failures: string[] = [];
    for (const voice of this.voices()) {
      try {
        const audio = await voice.speak(params.text, format, context.signal);
        const name = `output/speech-${randomBytes(4).toString('hex')}.${format === 'opus' ? 'ogg' : 'mp3'}`;
        await this.writer.write(context, name, audio);
        return textResult(`Spoken by ${voice.provider}: ${name}`, {
          audioPath: name,
          provider: voice.provider,
          format,
          bytes: audio.length,
        });
      } catch (error) {
        if (context.signal.aborted) throw error;
        failures.push(`${voice.provider}: ${messageOf(error)}`);
      }
    }
    throw new ToolError('upstream_error', failures.join('; '));
  }

  /** Providers with a key, the configured one first. */
  private voices(): Voice[] {
    const settings = this.config.config.messages?.tts;
    const { env } = this.config;
    const text = (source: Record<string, unknown> | undefined, key: string): string | undefined => {
      const value = source?.[key];
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    const timeoutMs = settings?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const openAiKey = text(settings?.openai, 'apiKey') ?? env.get('OPENAI_API_KEY');
    const elevenKey = text(settings?.elevenlabs, 'apiKey') ?? env.get('ELEVENLABS_API_KEY') ?? env.get('XI_API_KEY');
    const voices: Voice[] = [];
    if (openAiKey) {
      const baseUrl = text(settings?.openai, 'baseUrl') ?? 'https://api.openai.com/v1';
      voices.push({
        provider: 'openai',
        speak: (input, format, signal) =>
          this.post(`${baseUrl}/audio/speech`, baseUrl, { authorization: `Bearer ${openAiKey}` }, timeoutMs, signal, {
            model: text(settings?.openai, 'model') ?? 'gpt-4o-mini-tts',
            voice: text(settings?.openai, 'voice') ?? 'alloy',
            input,
            response_format: format,
          }),
      });
    }
    if (elevenKey) {
      const baseUrl = text(settings?.elevenlabs, 'baseUrl') ?? 'https://api.elevenlabs.io';
      const voiceId = text(settings?.elevenlabs, 'voiceId') ?? 'pMsXgVXv3BLzUgSXRplE';
      voices.push({
        provider: 'elevenlabs',
        speak: (input, format, signal) =>
          this.post(
            `${baseUrl}/v1/text-to-speech/${encodeURIComponent(voiceId)}?output_format=${format === 'opus' ? 'opus_48000_64' : 'mp3_44100_128'}`,
            baseUrl,
            { 'xi-api-key': elevenKey },
            timeoutMs,
            signal,
            { text: input, model_id: text(settings?.elevenlabs, 'modelId') ?? 'eleven_multilingual_v2' },
          ),
      });
    }
    return voices.sort((a, b) => Number(b.provider === settings?.provider) - Number(a.provider === settings?.provider));
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
      trustedOrigins: origin === undefined || /api\.(openai\.com|elevenlabs\.io)$/.test(origin) ? [] : [origin],
      signal,
    });
    if (response.status !== 200) throw new ToolError('upstream_error', `status ${response.status}`);
    if (/json/.test(response.headers['content-type'] ?? '') || response.body.length === 0)
      throw new ToolError('upstream_error', 'it answered without audio');
    return response.body;
  }
}
