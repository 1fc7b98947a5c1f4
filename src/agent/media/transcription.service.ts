import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { originOf } from '../../common/net/origin';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { ConfigService } from '../../config/config.service';
import { ToolError } from '../../tools/agent-tool';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { UsageService } from '../../usage/usage.service';
import { ModelRegistry } from '../providers/model-registry.service';

const DEFAULT_MODELS = [
  { provider: 'openai', model: 'gpt-4o-mini-transcribe' },
  { provider: 'groq', model: 'whisper-large-v3-turbo' },
] as const;
const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_MAX_BYTES = 20 * 1024 * 1024;
const ENDINGS: Readonly<Record<string, string>> = {
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/mp4': 'm4a',
  'audio/webm': 'webm',
  'audio/flac': 'flac',
};

/** Speech to text by the configured provider (`tools.media.audio`), any with OpenAI's transcription endpoint. */
@Injectable()
export class Transcription {
  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly http: GuardedHttp,
    private readonly usage: UsageService,
  ) {}

  unavailableReason(): string | undefined {
    if (this.settings()['enabled'] === false) return 'tools.media.audio.enabled is false';
    return this.candidates().length > 0
      ? undefined
      : 'nobody can listen: a key of OpenAI or Groq, or tools.media.audio.models, is needed';
  }

  /** @throws ToolError not_configured, too_large, upstream_error */
  async transcribe(
    audio: Buffer,
    mimeType: string,
    account: { agentId: string; sessionKey?: string },
  ): Promise<string> {
    const reason = this.unavailableReason();
    if (reason !== undefined) throw new ToolError('not_configured', reason);
    const { maxBytes = DEFAULT_MAX_BYTES, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = this.limits();
    if (audio.length > maxBytes)
      throw new ToolError('too_large', `the recording has ${audio.length} bytes, at most ${maxBytes} are listened to`);
    const failures: string[] = [];
    for (const { provider, model } of this.candidates()) {
      const reservation = await this.usage.reserve({
        account: { purpose: 'audio', ...account },
        provider,
        model,
        price: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        inputTokens: 0,
        outputTokens: 0,
        needsOutput: false,
      });
      try {
        const text = await this.ask(provider, model, audio, mimeType, timeoutSeconds * 1000);
        await this.usage.settle(reservation, {
          input: 0,
          output: Math.ceil(text.length / 3.5),
          cacheRead: 0,
          cacheWrite: 0,
        });
        return text;
      } catch (error) {
        await this.usage.release(reservation);
        failures.push(`${provider}: ${messageOf(error)}`);
      }
    }
    throw new ToolError('upstream_error', failures.join('; '));
  }

  private async ask(
    provider: string,
    model: string,
    audio: Buffer,
    mimeType: string,
    timeoutMs: number,
  ): Promise<string> {
    const info = this.models.lookup(`${provider}/${model}`);
    const boundary = `openclaw-${randomBytes(12).toString('hex')}`;
    const part = (head: string, body: Buffer | string): Buffer =>
      Buffer.concat([Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')]);
    const ending = ENDINGS[mimeType] ?? 'bin';
    const url = `${info.baseUrl.replace(/\/$/, '')}/audio/transcriptions`;
    const isOwn = this.config.config.models?.providers?.[provider]?.baseUrl !== undefined;
    const response = await this.http.request({
      url,
      method: 'POST',
      headers: {
        authorization: `Bearer ${info.apiKey ?? ''}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      body: Buffer.concat([
        part('Content-Disposition: form-data; name="model"', model),
        part(
          `Content-Disposition: form-data; name="file"; filename="recording.${ending}"\r\nContent-Type: ${mimeType}`,
          audio,
        ),
        Buffer.from(`--${boundary}--\r\n`),
      ]),
      timeoutMs,
      maxBytes: 4 * 1024 * 1024,
      maxRedirects: 0,
      trustedOrigins: isOwn ? [originOf(url) ?? ''] : [],
    });
    const answer: unknown = JSON.parse(response.body.toString('utf8'));
    const text = isPlainObject(answer) ? answer['text'] : undefined;
    if (response.status !== 200 || typeof text !== 'string') throw new Error(`status ${response.status}`);
    return text.trim();
  }

  private candidates(): { provider: string; model: string }[] {
    const listed = this.settings()['models'];
    const wanted = Array.isArray(listed)
      ? listed.flatMap((entry: unknown) =>
          isPlainObject(entry) && typeof entry['provider'] === 'string' && typeof entry['model'] === 'string'
            ? [{ provider: entry['provider'], model: entry['model'] }]
            : [],
        )
      : [...DEFAULT_MODELS];
    return wanted.filter(({ provider, model }) => {
      try {
        return this.models.lookup(`${provider}/${model}`).apiKey !== undefined;
      } catch {
        return false;
      }
    });
  }

  private limits(): { maxBytes?: number; timeoutSeconds?: number } {
    const { maxBytes, timeoutSeconds } = this.settings();
    return {
      ...(typeof maxBytes === 'number' ? { maxBytes } : {}),
      ...(typeof timeoutSeconds === 'number' ? { timeoutSeconds } : {}),
    };
  }

  private settings(): Record<string, unknown> {
    const audio = this.config.config.tools?.media?.['audio'];
    return isPlainObject(audio) ? audio : {};
  }
}
