import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Doc, Opt, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, type ToolResult, textResult } from '../../tools/agent-tool';
import { FileWriter } from '../../tools/files/file-writer.service';
import { SPEECH_HARD_LIMIT, SpeechService, speechFormatFor } from '../../tools/speech/speech.service';
import { SpeechPrefs } from './speech-prefs.service';
import { SpokenText } from './spoken-text.service';
import { Leaves } from '../../tools/provenance/sinks';

@Leaves<TtsParams>({ text: 'own', channel: 'none' })
export class TtsParams {
  @Text({ max: SPEECH_HARD_LIMIT }) @Doc(`What to say, at most ${SPEECH_HARD_LIMIT} characters.`) text!: string;
  @Opt() @Text() @Doc('Channel the audio is for, which decides its format.') channel?: string;
}

@Injectable()
@AgentTool({
  name: 'tts',
  description: 'Turn text into a speech file in the workspace. Long texts are summed up first.',
  params: TtsParams,
  idempotent: true,
  core: true,
  rare: 'speech files',
  origin: 'gateway',
})
export class TtsTool {
  constructor(
    private readonly speech: SpeechService,
    private readonly spoken: SpokenText,
    private readonly prefs: SpeechPrefs,
    private readonly writer: FileWriter,
  ) {}

  unavailableReason(): string | undefined {
    return this.speech.unavailableReason();
  }

  async execute(params: TtsParams, context: ToolContext): Promise<ToolResult> {
    const { provider, maxLength, summarize } = this.prefs.read();
    const { text, isSummary } = summarize
      ? await this.spoken.shorten(params.text, context, maxLength)
      : { text: params.text, isSummary: false };
    const format = speechFormatFor(params.channel ?? context.origin.channel);
    const spoken = await this.speech.speak(text, format, context.signal, provider);
    const name = `output/speech-${randomBytes(4).toString('hex')}.${spoken.format === 'opus' ? 'ogg' : 'mp3'}`;
    await this.writer.write(context, name, spoken.audio, []);
    return textResult(`Spoken by ${spoken.provider}${isSummary ? ', summed up' : ''}: ${name}`, {
      audioPath: name,
      provider: spoken.provider,
      format: spoken.format,
      bytes: spoken.audio.length,
      ...(isSummary ? { summary: text } : {}),
    });
  }
}
