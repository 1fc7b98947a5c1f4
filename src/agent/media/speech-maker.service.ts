import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Speech, type SpeechProvider, SpeechService, speechFormatFor } from '../../tools/speech/speech.service';
import { WorkspaceFiles } from '../../tools/files/workspace-files';
import { SessionFolders } from '../../workspace/session-folder.service';
import { WorkspaceService } from '../../workspace/workspace.service';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { SpeechPrefs } from './speech-prefs.service';
import { SpokenText } from './spoken-text.service';

export interface SpeechWish {
  text: string;
  channel: string;
  agentId: string;
  sessionKey: string;
  /** It is spoken for somebody who does not own the gateway. */
  isGuest: boolean;
  signal: AbortSignal;
}

/** Speech files for people: with the choices they have made, in the workspace of the agent or the folder of the guest. */
@Injectable()
export class SpeechMaker {
  constructor(
    private readonly speech: SpeechService,
    private readonly spoken: SpokenText,
    private readonly prefs: SpeechPrefs,
    private readonly models: ModelRegistry,
    private readonly workspaces: WorkspaceService,
    private readonly folders: SessionFolders,
  ) {}

  /** @returns absolute path of the file, and the one in its folder that people are told */
  async make(wish: SpeechWish): Promise<{ path: string; name: string; speech: Speech; isSummary: boolean }> {
    const { maxLength, summarize, provider } = this.prefs.read();
    const model = nameOf(this.models.resolve(wish.agentId).info);
    const { text, isSummary } = summarize
      ? await this.spoken.shorten(wish.text, { ...wish, model }, maxLength)
      : { text: wish.text, isSummary: false };
    const speech = await this.speech.speak(text, speechFormatFor(wish.channel), wish.signal, provider);
    const name = `output/speech-${randomBytes(4).toString('hex')}.${speech.format === 'opus' ? 'ogg' : 'mp3'}`;
    const folder = wish.isGuest
      ? this.folders.of(wish.agentId, wish.sessionKey, true).path
      : this.workspaces.pathOf(wish.agentId);
    const written = await new WorkspaceFiles([folder]).write(name, speech.audio);
    return { path: written.path, name, speech, isSummary };
  }

  /** The provider that comes first, as chosen and set up. */
  first(): SpeechProvider | undefined {
    const usable = this.speech.providers();
    const { provider } = this.prefs.read();
    return provider && usable.includes(provider) ? provider : usable[0];
  }
}
