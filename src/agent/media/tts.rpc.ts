import { Injectable } from '@nestjs/common';
import { OneOf, Opt, Text } from '../../common/validation/fields';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { RpcError, unavailable } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { messageOf } from '../../common/openclaw-error';
import {
  SPEECH_MODELS,
  SPEECH_PROVIDERS,
  SPEECH_VOICES,
  type SpeechProvider,
  SpeechService,
} from '../../tools/speech/speech.service';
import { SpeechMaker } from './speech-maker.service';
import { SpeechPrefs } from './speech-prefs.service';

const TIMEOUT_MS = 90_000;
const NAMES: Readonly<Record<SpeechProvider, string>> = {
  openai: 'OpenAI',
  elevenlabs: 'ElevenLabs',
  edge: 'Microsoft Edge',
};

export class TtsProviderParams {
  @OneOf(SPEECH_PROVIDERS) provider!: SpeechProvider;
}

export class TalkCatalogParams {
  @Opt() @Text({ max: 200 }) provider?: string;
  @Opt() @Text({ max: 200 }) model?: string;
}

export class TtsConvertParams {
  @Text({ max: 20_000 }) text!: string;
  @Opt() @Text() channel?: string;
}

@Injectable()
export class TtsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly speech: SpeechService,
    private readonly prefs: SpeechPrefs,
    private readonly maker: SpeechMaker,
  ) {}

  @RpcMethod({ name: 'tts.status', scope: 'operator.read', summary: 'How speech is set up.' })
  status(): unknown {
    const { auto } = this.prefs.read();
    const usable = this.speech.providers();
    const provider = this.maker.first() ?? this.prefs.read().provider ?? 'openai';
    const others = usable.filter((each) => each !== provider);
    return {
      enabled: auto !== 'off',
      auto,
      provider,
      fallbackProvider: others[0] ?? null,
      fallbackProviders: others,
      prefsPath: this.prefs.path,
      hasOpenAIKey: usable.includes('openai'),
      hasElevenLabsKey: usable.includes('elevenlabs'),
      edgeEnabled: usable.includes('edge'),
      // Ways of speaking that are set up under a name: there are none.
      persona: null,
      personas: [],
      providerStates: SPEECH_PROVIDERS.map((id) => ({ id, label: NAMES[id], configured: usable.includes(id) })),
    };
  }

  @RpcMethod({
    name: 'tts.providers',
    scope: 'operator.read',
    summary: 'Providers of speech and whether they are set up.',
  })
  providers(): unknown {
    const usable = this.speech.providers();
    return {
      providers: SPEECH_PROVIDERS.map((id) => ({
        id,
        name: NAMES[id],
        configured: usable.includes(id),
        models: SPEECH_MODELS[id],
        ...(SPEECH_VOICES[id] ? { voices: SPEECH_VOICES[id] } : {}),
      })),
      active: this.maker.first() ?? null,
    };
  }

  @RpcMethod({
    name: 'talk.catalog',
    scope: 'operator.read',
    params: TalkCatalogParams,
    summary: 'Who can speak. Calls that go to and fro by voice are not held here: those lists are empty.',
  })
  talk({ provider }: TalkCatalogParams): unknown {
    const usable = this.speech.providers();
    const active = this.maker.first();
    const none = { ready: false, providers: [] };
    return {
      modes: [],
      transports: [],
      brains: [],
      speech: {
        ready: active !== undefined,
        ...(active ? { activeProvider: active } : {}),
        providers: SPEECH_PROVIDERS.filter((id) => provider === undefined || id === provider).map((id) => ({
          id,
          label: NAMES[id],
          configured: usable.includes(id),
          models: SPEECH_MODELS[id],
          modes: [],
          brains: [],
          ...(SPEECH_VOICES[id] ? { voices: SPEECH_VOICES[id] } : {}),
        })),
      },
      transcription: none,
      realtime: none,
    };
  }

  @RpcMethod({ name: 'tts.enable', scope: 'operator.write', summary: 'Turns spoken answers on.' })
  enable(): unknown {
    return { enabled: this.prefs.change({ auto: 'always' }).auto !== 'off' };
  }

  @RpcMethod({ name: 'tts.disable', scope: 'operator.write', summary: 'Turns spoken answers off.' })
  disable(): unknown {
    return { enabled: this.prefs.change({ auto: 'off' }).auto !== 'off' };
  }

  @RpcMethod({
    name: 'tts.setProvider',
    scope: 'operator.write',
    params: TtsProviderParams,
    summary: 'Chooses who speaks.',
  })
  setProvider({ provider }: TtsProviderParams): unknown {
    this.prefs.change({ provider });
    return { provider };
  }

  @RpcMethod({
    name: 'tts.convert',
    scope: 'operator.write',
    params: TtsConvertParams,
    summary: 'Speaks a text into a file.',
  })
  async convert({ text, channel }: TtsConvertParams): Promise<unknown> {
    const agentId = defaultAgentId(this.config.config);
    try {
      const { path, speech } = await this.maker.make({
        text,
        channel: channel ?? 'webchat',
        agentId,
        sessionKey: `agent:${agentId}:main`,
        isGuest: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return {
        audioPath: path,
        provider: speech.provider,
        outputFormat: speech.format,
        voiceCompatible: speech.format === 'opus',
      };
    } catch (error) {
      if (error instanceof RpcError) throw error;
      throw unavailable(messageOf(error));
    }
  }
}
