import { Injectable } from '@nestjs/common';
import type { LanguageModelV3Prompt } from '@ai-sdk/provider';
import type { Usage } from '../../sessions/transcript-event';
import { DatabaseService } from '../../storage/database.service';
import type { UsageAccount } from '../../usage/usage-account';
import { TokenGauges, promptTokens } from '../prompt/token-gauge.service';
import { CredentialProfiles } from '../providers/credential-profiles.service';
import { ModelFactsService } from '../providers/facts/model-facts.service';
import type { ModelInfo } from '../providers/model-info';
import { ModelRegistry } from '../providers/model-registry.service';
import { ModelStepService, nameOf } from './model-step.service';

export interface SideCall {
  /** Models to try, first choice first, as provider/model or alias. */
  models: readonly string[];
  /** On whose account it goes. */
  account: UsageAccount;
  prompt: LanguageModelV3Prompt;
  maxOutputTokens?: number;
  signal: AbortSignal;
  /** Milliseconds for everything, further models included. */
  timeoutMs: number;
}

export interface SideAnswer {
  text: string;
  model: string;
  info: ModelInfo;
  usage: Usage;
}

/** Model calls beside a turn: summaries, descriptions. No tools, no transcript, the same retries and fall-backs. */
@Injectable()
export class SideCallService {
  constructor(
    private readonly models: ModelRegistry,
    private readonly credentials: CredentialProfiles,
    private readonly facts: ModelFactsService,
    private readonly steps: ModelStepService,
    private readonly database: DatabaseService,
    private readonly gauges: TokenGauges,
  ) {}

  /** @throws ModelStepError, ModelAbortedError; Error when the model says nothing */
  async ask(call: SideCall): Promise<SideAnswer> {
    // A timer of our own: a signal made of time-out signals alone can be collected before it fires.
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), Math.ceil(call.timeoutMs));
    const forward = (): void => stop.abort();
    call.signal.addEventListener('abort', forward, { once: true });
    if (call.signal.aborted) stop.abort();
    try {
      return await this.run(call, stop.signal);
    } finally {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', forward);
    }
  }

  private async run(call: SideCall, signal: AbortSignal): Promise<SideAnswer> {
    const candidates = await this.facts.learned(() =>
      call.models.flatMap((name) => {
        const info = this.models.lookup(name);
        return this.credentials.expand(info, call.account.agentId, info.pinnedProfile);
      }),
    );
    const { output, info, settleIn } = await this.steps.run({
      candidates,
      promptFor: () => call.prompt,
      tools: [],
      account: call.account,
      inputTokens: (info) => promptTokens(call.prompt, this.gauges.of(info)),
      window: (info) => this.gauges.of(info).window,
      ...(call.maxOutputTokens === undefined ? {} : { maxOutputTokens: call.maxOutputTokens }),
      signal,
      deadline: performance.now() + call.timeoutMs,
      sink: { text: () => undefined, thinking: () => undefined },
    });
    await this.database.write('usage.settle', settleIn);
    const text = output.content
      .map((part) => (part.type === 'text' ? part.text : ''))
      .join('')
      .trim();
    if (text === '') throw new Error(`${nameOf(info)} said nothing`);
    return { text, model: nameOf(info), info, usage: output.usage };
  }
}
