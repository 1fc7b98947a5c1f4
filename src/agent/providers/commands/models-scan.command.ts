import { Option, SubCommand } from 'nest-commander';
import { type GatewayOptions, parseWholeNumber } from '../../../common/cli/cli-command';
import { UsageError } from '../../../common/cli/cli-error';
import { printJson, printLine, printNote, printTable } from '../../../common/cli/output';
import { OpenclawError } from '../../../common/openclaw-error';
import { CallingCommand } from '../../../config/calling-command';
import { BY_COMMAND, ConfigFiles } from '../../../config/config-files';
import { billionsIn } from './model-size';

const DEFAULT_CANDIDATES = 6;
const PROBE_MS = 20_000;

interface ScanOptions extends GatewayOptions {
  provider?: string;
  free?: boolean;
  images?: boolean;
  minContext?: number;
  minParams?: number;
  maxAgeDays?: number;
  setImage?: boolean;
  maxCandidates?: number;
  probe?: boolean;
  setDefault?: boolean;
}

interface Listed {
  id: string;
  provider: string;
  contextWindow: number;
  input: string[];
  cost: { input: number; output: number };
  createdAt?: number;
}

interface Candidate {
  model: string;
  contextWindow: number;
  cost: Listed['cost'];
  input: readonly string[];
  ms?: number;
  error?: string;
}

@SubCommand({
  name: 'scan',
  description: 'ask the providers which models they have now, try the likely ones, and show the quickest first',
})
export class ModelsScanCommand extends CallingCommand {
  @Option({ flags: '--provider <id>', description: 'only models of this provider' })
  parseProvider(value: string): string {
    return value;
  }

  @Option({ flags: '--free', description: 'only those that cost nothing' })
  parseFree(): boolean {
    return true;
  }

  @Option({ flags: '--images', description: 'only those that look at pictures' })
  parseImages(): boolean {
    return true;
  }

  @Option({ flags: '--min-context <tokens>', description: 'only those with a window of at least so many tokens' })
  parseMinContext(value: string): number {
    return parseWholeNumber('--min-context', value, 1);
  }

  @Option({
    flags: '--min-params <billions>',
    description: 'only those whose name says that they are at least so large',
  })
  parseMinParams(value: string): number {
    const size = Number(value);
    if (value.trim() === '' || !(size > 0))
      throw new UsageError(`--min-params must be a number of billions such as 7 or 0.5, got "${value}"`);
    return size;
  }

  @Option({ flags: '--max-age-days <days>', description: 'only those of which the provider says that they are newer' })
  parseMaxAge(value: string): number {
    return parseWholeNumber('--max-age-days', value, 1);
  }

  @Option({ flags: '--max-candidates <n>', description: `most that are tried, ${DEFAULT_CANDIDATES} by default` })
  parseMax(value: string): number {
    return parseWholeNumber('--max-candidates', value, 1, 50);
  }

  @Option({ flags: '--no-probe', description: 'try none; a try costs a few tokens' })
  parseProbe(): boolean {
    return false;
  }

  @Option({ flags: '--set-default', description: 'let the quickest one that works answer from now on' })
  parseSetDefault(): boolean {
    return true;
  }

  @Option({ flags: '--set-image', description: 'let the quickest one with eyes look at pictures from now on' })
  parseSetImage(): boolean {
    return true;
  }

  @Option({ flags: '--yes', description: 'ask nothing, as it never does' })
  parseYes(): boolean {
    return true;
  }

  async run(_: string[], options: ScanOptions): Promise<void> {
    const { provider, maxCandidates = DEFAULT_CANDIDATES, probe, setDefault, setImage } = options;
    const answer = await this.call<{ models: Listed[]; lists?: { provider: string; error?: string }[] }>(
      options,
      'models.list',
      { provider, refresh: true },
      { timeoutMs: options.timeout ?? PROBE_MS * 2 },
    );
    for (const { provider: name, error } of answer.lists ?? [])
      if (error !== undefined) printNote(`${name} gave no list: ${error}`);
    const fitting = answer.models.filter((model) => isFitting(model, options));
    const candidates = fitting
      .slice(0, maxCandidates)
      .map(({ provider: of, id, contextWindow, cost, input }): Candidate => ({
        model: `${of}/${id}`,
        ...{ contextWindow, cost, input },
      }));
    if (probe !== false) for (const candidate of candidates) await this.tryOut(candidate, options);
    candidates.sort((a, b) => (a.ms ?? Infinity) - (b.ms ?? Infinity));
    const usable = candidates.filter(({ error, ms }) => error === undefined && (probe === false || ms !== undefined));
    const [best] = usable;
    const eyes = usable.find(({ input }) => input.includes('image'));
    if (setDefault) await this.choose('model', best?.model);
    if (setImage) await this.choose('imageModel', eyes?.model);
    const chosen = {
      ...(setDefault ? { chosen: best?.model } : {}),
      ...(setImage ? { chosenImage: eyes?.model } : {}),
    };
    if (options.json) printJson({ found: fitting.length, candidates, ...chosen });
    else this.print(candidates, fitting.length, chosen);
    if (best === undefined) throw new OpenclawError('MODELS_NONE', 'no model that was looked for can be used');
  }

  private async tryOut(candidate: Candidate, options: ScanOptions): Promise<void> {
    const verdict = await this.call<{ ok: boolean; ms: number; error?: { message: string } }>(
      options,
      'models.probe',
      { model: candidate.model, timeoutMs: PROBE_MS },
      { timeoutMs: PROBE_MS * 2 },
    );
    if (verdict.ok) candidate.ms = verdict.ms;
    else candidate.error = verdict.error?.message ?? 'it gave no reason';
  }

  private async choose(choice: 'model' | 'imageModel', model: string | undefined): Promise<void> {
    if (model === undefined)
      throw new OpenclawError(
        'MODELS_NONE',
        `no model ${choice === 'model' ? '' : 'that looks at pictures '}works, so nothing was changed`,
      );
    const files = new ConfigFiles(this.env);
    const before = files.load().config.agents?.defaults?.[choice];
    const path = [
      'agents',
      'defaults',
      choice,
      ...(before === undefined || typeof before === 'string' ? [] : ['primary']),
    ];
    await files.writer.edit([{ path, value: model }], BY_COMMAND);
  }

  private print(
    candidates: readonly Candidate[],
    found: number,
    { chosen, chosenImage }: { chosen?: string | undefined; chosenImage?: string | undefined },
  ): void {
    if (candidates.length > 0)
      printTable(candidates, [
        { title: 'Model', value: ({ model }) => model },
        { title: 'Window', value: ({ contextWindow }) => contextWindow },
        { title: '$ in / out', value: ({ cost }) => `${cost.input} / ${cost.output}` },
        { title: 'Answered in', value: ({ ms }) => (ms === undefined ? '' : `${ms} ms`) },
        { title: 'Problem', value: ({ error }) => error, tint: () => 'bad' },
      ]);
    printLine(`${found} models fit, ${candidates.length} are shown`);
    if (chosen !== undefined) printLine(`${chosen} answers from now on`);
    if (chosenImage !== undefined) printLine(`${chosenImage} looks at pictures from now on`);
  }
}

const DAY_MS = 86_400_000;

/** What nobody says of a model does not speak for it. */
function isFitting(
  { id, provider, cost, input, contextWindow, createdAt }: Listed,
  { free, images, minContext = 0, minParams = 0, maxAgeDays }: ScanOptions,
): boolean {
  return (
    provider !== 'offline' &&
    contextWindow >= minContext &&
    (!free || cost.input + cost.output === 0) &&
    (!images || input.includes('image')) &&
    (minParams === 0 || (billionsIn(id) ?? 0) >= minParams) &&
    (maxAgeDays === undefined || Date.now() - (createdAt ?? 0) <= maxAgeDays * DAY_MS)
  );
}
