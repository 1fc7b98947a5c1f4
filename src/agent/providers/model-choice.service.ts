import { Injectable } from '@nestjs/common';
import { nearestName } from '../../common/nearest-name';
import { messageOf } from '../../common/openclaw-error';
import { invalidRequest } from '../../rpc/rpc-error';
import { ModelFactsService } from './facts/model-facts.service';
import type { ModelInfo } from './model-info';
import { ModelRegistry } from './model-registry.service';
import { OFFLINE_PROVIDER } from './model-catalog';

/** What a text names: a model, perhaps one that nobody knows for sure, or none. */
export type ChosenModel = { name: string; warning?: string } | { refusal: string };

/** A list that was read so lately says what there is. */
const FRESH_MS = 60_000;
const MOST_NEAR = 3;

/** Whether a model that a person or the assistant names is there, before a conversation is given to it. */
@Injectable()
export class ModelChoice {
  constructor(
    private readonly models: ModelRegistry,
    private readonly facts: ModelFactsService,
  ) {}

  /** @param text provider/model, an alias, or the id of a model that only one provider has */
  async choose(text: string): Promise<ChosenModel> {
    const byId = this.byId(text);
    if (byId.length === 1 && byId[0] !== undefined) return { name: byId[0] };
    if (byId.length > 1)
      return { refusal: `${text} is a model of several providers: ${byId.join(', ')}; write one of them.` };
    let info: ModelInfo;
    try {
      info = this.models.lookup(text);
    } catch (error) {
      return { refusal: `${messageOf(error)}${this.nearest(text)}` };
    }
    const name = `${info.provider}/${info.id}`;
    if (this.models.isKnown(info)) return { name };
    const listed = this.facts.listed(info.baseUrl);
    const isFresh = listed !== undefined && Date.now() - listed.at < FRESH_MS;
    const { error } = isFresh ? {} : await this.facts.refresh(info);
    if (this.models.isKnown(info)) return { name };
    if (error === undefined) return { refusal: `${info.provider} lists no model "${info.id}".${this.nearest(name)}` };
    return {
      name,
      warning: `nobody knows whether ${name} is there: its provider gave no list (${error}).${this.nearest(name)}`,
    };
  }

  /** Full names of usable models with this id, as long as the text does not name one in full. */
  byId(text: string): string[] {
    const wanted = text.trim().toLowerCase();
    const usable = this.models.list().filter(({ provider }) => provider !== OFFLINE_PROVIDER);
    if (this.models.named(text) !== undefined) return [];
    return usable.filter(({ id }) => id.toLowerCase() === wanted).map(({ provider, id }) => `${provider}/${id}`);
  }

  /**
   * The same for who can't go on without. An alias, or a name with a credential, stays as it was written.
   * @throws RpcError INVALID_REQUEST
   */
  async required(text: string): Promise<{ name: string; warning?: string }> {
    const chosen = await this.choose(text);
    if ('refusal' in chosen) throw invalidRequest(chosen.refusal);
    return this.byId(text).length > 0 ? chosen : { ...chosen, name: text };
  }

  /** A sentence with the names that were perhaps meant. */
  private nearest(text: string): string {
    let names = this.models.list().map(({ provider, id }) => `${provider}/${id}`);
    const near: string[] = [];
    while (near.length < MOST_NEAR) {
      const bare = text.includes('/') ? names : names.map((name) => name.slice(name.indexOf('/') + 1));
      const found = nearestName(text, bare);
      if (found === undefined) break;
      const index = bare.indexOf(found);
      near.push(names[index] ?? found);
      names = names.filter((_, at) => at !== index);
    }
    return near.length > 0 ? ` Near to it: ${near.join(', ')}.` : ' /models lists what there is.';
  }
}
