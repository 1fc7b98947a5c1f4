import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { isPlainObject } from '../../common/plain-object';
import { ConfigService } from '../../config/config.service';
import { expandPath } from '../../config/state-paths';
import { SPEECH_PROVIDERS, type SpeechProvider } from '../../tools/speech/speech.service';
import { SPOKEN_LIMIT } from './spoken-text.service';

export const AUTO_MODES = ['off', 'always', 'inbound', 'tagged'] as const;
export type AutoMode = (typeof AUTO_MODES)[number];

/** Choices about speech that people make in chats; kept in OpenClaw's `settings/tts.json`. */
export interface SpeechChoices {
  auto: AutoMode;
  provider?: SpeechProvider;
  /** Characters above which a text is summed up. */
  maxLength: number;
  summarize: boolean;
}

@Injectable()
export class SpeechPrefs {
  constructor(private readonly config: ConfigService) {}

  get path(): string {
    const own = this.config.config.messages?.tts?.prefsPath;
    return own ? expandPath(own) : join(this.config.stateDir, 'settings', 'tts.json');
  }

  read(): SpeechChoices {
    const { auto } = this.config.config.messages?.tts ?? {};
    const stored = this.stored();
    return {
      auto: AUTO_MODES.find((mode) => mode === stored['auto']) ?? auto ?? 'off',
      ...providerOf(stored['provider'] ?? this.config.config.messages?.tts?.provider),
      maxLength: typeof stored['maxLength'] === 'number' ? stored['maxLength'] : SPOKEN_LIMIT,
      summarize: stored['summarize'] !== false,
    };
  }

  change(part: Partial<SpeechChoices>): SpeechChoices {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    writeFileAtomic(this.path, `${JSON.stringify({ tts: { ...this.stored(), ...part } }, null, 2)}\n`, 0o600);
    return this.read();
  }

  private stored(): Record<string, unknown> {
    const text = readTextIfExists(this.path);
    if (text === undefined) return {};
    try {
      const parsed: unknown = JSON.parse(text);
      return isPlainObject(parsed) && isPlainObject(parsed['tts']) ? parsed['tts'] : {};
    } catch {
      // Choices of taste: an unreadable file counts as none, and the next change replaces it.
      return {};
    }
  }
}

function providerOf(value: unknown): { provider?: SpeechProvider } {
  const provider = SPEECH_PROVIDERS.find((known) => known === value);
  return provider ? { provider } : {};
}
