import { Option, SubCommand } from 'nest-commander';
import { type GatewayOptions, parseWholeNumber } from '../../../common/cli/cli-command';
import { printJson, printLine, printNote, printTable } from '../../../common/cli/output';
import { OpenclawError } from '../../../common/openclaw-error';
import { CallingCommand } from '../../../config/calling-command';
import { BY_COMMAND, ConfigFiles } from '../../../config/config-files';

const DEFAULT_CANDIDATES = 6;
const PROBE_MS = 20_000;

interface ScanOptions extends GatewayOptions {
  provider?: string;
  free?: boolean;
  images?: boolean;
  minContext?: number;
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
}

interface Candidate {
  model: string;
  contextWindow: number;
  cost: Listed['cost'];
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

  async run(_: string[], options: ScanOptions): Promise<void> {
    const { provider, free, images, minContext = 0, maxCandidates = DEFAULT_CANDIDATES, probe, setDefault } = options;
    const answer = await this.call<{ models: Listed[]; lists?: { provider: string; error?: string }[] }>(
      options,
      'models.list',
      { provider, refresh: true },
      { timeoutMs: options.timeout ?? PROBE_MS * 2 },
    );
    for (const { provider: name, error } of answer.lists ?? [])
      if (error !== undefined) printNote(`${name} gave no list: ${error}`);
    const fitting = answer.models.filter(
      ({ cost, input, contextWindow, provider: of }) =>
        of !== 'offline' &&
        contextWindow >= minContext &&
        (!free || cost.input + cost.output === 0) &&
        (!images || input.includes('image')),
    );
    const candidates = fitting
      .slice(0, maxCandidates)
      .map(({ provider: of, id, contextWindow, cost }): Candidate => ({ model: `${of}/${id}`, contextWindow, cost }));
    if (probe !== false) for (const candidate of candidates) await this.tryOut(candidate, options);
    candidates.sort((a, b) => (a.ms ?? Infinity) - (b.ms ?? Infinity));
    const best = candidates.find(({ error, ms }) => error === undefined && (probe === false || ms !== undefined));
    if (setDefault) await this.choose(best?.model);
    if (options.json) printJson({ found: fitting.length, candidates, ...(setDefault ? { chosen: best?.model } : {}) });
    else this.print(candidates, fitting.length, setDefault ? best?.model : undefined);
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

  private async choose(model: string | undefined): Promise<void> {
    if (model === undefined) throw new OpenclawError('MODELS_NONE', 'no model works, so nothing was changed');
    const files = new ConfigFiles(this.env);
    const before = files.load().config.agents?.defaults?.model;
    const path = [
      'agents',
      'defaults',
      'model',
      ...(before === undefined || typeof before === 'string' ? [] : ['primary']),
    ];
    await files.writer.edit([{ path, value: model }], BY_COMMAND);
  }

  private print(candidates: readonly Candidate[], found: number, chosen: string | undefined): void {
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
  }
}
