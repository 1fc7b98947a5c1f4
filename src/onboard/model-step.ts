import type { CatalogProvider } from '../agent/providers/catalog/catalog-provider';
import { LOCAL_SERVERS, MODEL_CATALOG } from '../agent/providers/model-catalog';
import { findLocalServers } from '../agent/providers/local-servers';
import { messageOf } from '../common/openclaw-error';
import type { Environment } from '../config/environment';
import type { OpenclawConfig } from '../config/openclaw.config';
import { type ModelWish, editsOf, EMPTY_PLAN, primaryOf, referenceOf } from './onboarding-plan';
import type { Choice, Questions } from './questions';
import type { Trials } from './trials';

export type ModelAnswer = { model: ModelWish } | { withoutModel: true } | 'kept';

const KEEP = 'keep';
const CUSTOM = 'custom';
const OFFLINE = 'offline';

/** Asks for a provider, its key and a model, and tries them; ends only with a model that answers, or on the word of the person. */
export class ModelStep {
  constructor(
    private readonly questions: Questions,
    private readonly trials: Trials,
    private readonly env: Environment,
    private readonly config: OpenclawConfig,
    private readonly ownPorts: readonly number[],
  ) {}

  async ask(): Promise<ModelAnswer> {
    const servers = await findLocalServers(this.ownPorts);
    const current = primaryOf(this.config);
    for (;;) {
      const provider = await this.questions.choose('Which provider of language models?', [
        ...(current === undefined ? [] : [{ value: KEEP, label: `Keep ${current}`, hint: 'configured' }]),
        ...MODEL_CATALOG.map((entry) => this.choiceOf(entry)),
        ...servers.map(({ id, name, models }) => ({ value: id, label: name, hint: `here, ${models.length} models` })),
        { value: CUSTOM, label: 'Another server', hint: 'OpenAI-compatible, by its address' },
        { value: OFFLINE, label: 'None for now', hint: 'the offline assistant answers' },
      ]);
      if (provider === OFFLINE) return { withoutModel: true };
      if (provider === KEEP) {
        if (await this.works([], current ?? '')) return 'kept';
        continue;
      }
      const local = servers.find(({ id }) => id === provider);
      const wish = provider === CUSTOM ? await this.custom() : await this.known(provider, local?.models ?? []);
      if (await this.works(this.edits(wish), referenceOf(wish))) return { model: await this.place(wish, current) };
    }
  }

  private choiceOf({ id, name, keyVariables }: CatalogProvider): Choice<string> {
    const variable = keyVariables.find((key) => this.env.get(key) !== undefined);
    const hint = variable !== undefined ? `key in ${variable}` : this.isConfigured(id) ? 'configured' : undefined;
    return { value: id, label: name, ...(hint === undefined ? {} : { hint }) };
  }

  private isConfigured(provider: string): boolean {
    return this.config.models?.providers?.[provider]?.apiKey !== undefined;
  }

  private async known(provider: string, served: readonly string[]): Promise<ModelWish> {
    const catalog = MODEL_CATALOG.find(({ id }) => id === provider);
    const bare = { provider, model: catalog?.defaultModel ?? served[0] ?? '', isPrimary: true };
    const apiKey = catalog ? await this.key(bare, catalog.name) : undefined;
    const wish = { ...bare, ...(apiKey === undefined ? {} : { apiKey }) };
    const listed =
      served.length > 0
        ? served
        : await this.questions.during(
            'Asking for its models',
            this.trials.listed(this.edits(wish), referenceOf(wish)),
            (ids) => (ids.length > 0 ? `${ids.length} models` : 'it gave no list; these are known'),
          );
    const ids = [
      ...new Set([bare.model, ...(listed.length > 0 ? listed : (catalog?.models ?? []).map(({ id }) => id))]),
    ];
    const choices = ids.map((value) => ({ value, label: value, ...(value === bare.model ? { hint: 'default' } : {}) }));
    return { ...wish, model: await this.questions.choose('Which model?', choices, bare.model) };
  }

  /** What was typed; undefined where the key that is there already is taken. */
  private async key(wish: ModelWish, name: string): Promise<string | undefined> {
    const isThere = this.trials.hasKey([], referenceOf(wish));
    if (isThere && (await this.questions.confirm(`Use the key of ${name} that is there already?`))) return undefined;
    return this.questions.secret(`API key of ${name}`);
  }

  private async custom(): Promise<ModelWish> {
    const taken = new Set<string>([...MODEL_CATALOG, ...LOCAL_SERVERS].map(({ id }) => id));
    const provider = await this.questions.text('A name for the server', 'custom', (text) =>
      !/^[a-z][a-z0-9-]*$/.test(text)
        ? 'small letters, digits and -'
        : taken.has(text)
          ? `"${text}" is a provider known by name`
          : undefined,
    );
    const baseUrl = await this.questions.text('Its address', 'http://127.0.0.1:8000/v1', (text) =>
      URL.canParse(text) ? undefined : 'an address such as http://127.0.0.1:8000/v1',
    );
    const needsKey = await this.questions.confirm('Does it want a key?', false);
    const apiKey = needsKey ? await this.questions.secret('Its key') : undefined;
    const bare: ModelWish = {
      provider,
      baseUrl,
      api: 'openai-completions',
      model: 'any',
      isPrimary: true,
      ...(apiKey === undefined ? {} : { apiKey }),
    };
    const ids = await this.trials.listed(this.edits(bare), referenceOf(bare));
    const model =
      ids.length > 0
        ? await this.questions.choose(
            'Which model?',
            ids.map((value) => ({ value, label: value })),
          )
        : await this.questions.text('Which model?', '', (text) => (text === '' ? 'its id at the server' : undefined));
    return { ...bare, model };
  }

  /** A model that is configured already gives way only when the person says so. */
  private async place(wish: ModelWish, current: string | undefined): Promise<ModelWish> {
    if (current === undefined || current === referenceOf(wish)) return wish;
    return { ...wish, isPrimary: await this.questions.confirm(`Use it instead of ${current}?`) };
  }

  private async works(edits: ReturnType<typeof editsOf>, reference: string): Promise<boolean> {
    try {
      const { ok, error } = await this.questions.during(
        `Trying ${reference}`,
        this.trials.model(edits, reference),
        (verdict) => (verdict.ok ? `${reference} answers (${verdict.ms} ms)` : `${reference} does not answer`),
      );
      if (!ok) this.questions.warn(error?.message ?? 'it gave no reason');
      return ok;
    } catch (error) {
      this.questions.warn(messageOf(error));
      return false;
    }
  }

  private edits(model: ModelWish): ReturnType<typeof editsOf> {
    return editsOf({ ...EMPTY_PLAN, model }, this.config);
  }
}
