import { Option, SubCommand } from 'nest-commander';
import { CallingCommand } from '../../../config/calling-command';
import { type GatewayOptions, parseWholeNumber } from '../../../common/cli/cli-command';
import { UsageError } from '../../../common/cli/cli-error';
import { printJson, printLine, printTable } from '../../../common/cli/output';
import { ExitCode } from '../../../common/exit-codes';
import { agentEntries } from '../../../config/agent-entries';
import { openLocalModels } from '../local-registry';
import { type ModelFault, judgeModels } from '../model-faults';
import { modelsStatusView } from './models-status-view';
import { keyEnd } from './models-view';

const PROBE_MS = 20_000;

interface StatusOptions extends GatewayOptions {
  check?: boolean;
  probe?: boolean;
  probeProvider?: string;
  probeTimeout?: number;
}

interface Row {
  use: string;
  model: string;
  /** What chose it, or what it is for. */
  from: string;
  /** End of the key, `profile <id>`, `none needed`, or `missing`. */
  key: string;
  probe?: { ok: boolean; ms: number; error?: { message: string } };
}

@SubCommand({
  name: 'status',
  description: 'which models are used, why, and whether each has a key; needs no gateway, except to try them',
})
export class ModelsStatusCommand extends CallingCommand {
  @Option({ flags: '--check', description: 'exit code 1 when a model can’t be used' })
  parseCheck(): boolean {
    return true;
  }

  @Option({ flags: '--probe', description: 'have the gateway ask each of them for one word; costs a few tokens' })
  parseProbe(): boolean {
    return true;
  }

  @Option({ flags: '--probe-provider <id>', description: 'the same, and only those of this provider' })
  parseProbeProvider(value: string): string {
    return value;
  }

  @Option({ flags: '--probe-timeout <ms>', description: 'milliseconds for each, 20000 by default' })
  parseProbeTimeout(value: string): number {
    return parseWholeNumber('--probe-timeout', value, 1000, 60_000);
  }

  async run(_: string[], options: StatusOptions): Promise<void> {
    const local = await openLocalModels(this.env);
    const { config, registry, profiles } = local;
    const { models, faults } = judgeModels(config.config, registry, profiles);
    const agents = agentEntries(config.config);
    const rows = models.map(({ what, info }): Row => {
      const [profile] = profiles.of(agents[0]?.id ?? 'main', info.provider);
      return {
        use: what,
        model: `${info.provider}/${info.id}`,
        from: what.startsWith('the model of ')
          ? registry.resolve(what.slice('the model of '.length)).layer
          : 'the configuration',
        key: keyText(info.api, profile?.id, info.apiKey, faults, `${info.provider}/${info.id}`),
      };
    });
    const { probeProvider } = options;
    const isProbing = options.probe === true || probeProvider !== undefined;
    if (isProbing) await this.probe(rowsOf(rows, probeProvider), options);
    const isOk = faults.every(({ isCertain }) => !isCertain) && rows.every(({ probe }) => probe?.ok !== false);
    if (options.json) printJson({ ok: isOk, ...modelsStatusView(local, models), models: rows, problems: faults });
    else print(rows, faults);
    if (!isOk && (options.check || isProbing)) process.exitCode = ExitCode.failed;
  }

  private async probe(rows: readonly Row[], options: StatusOptions): Promise<void> {
    const timeoutMs = options.probeTimeout ?? PROBE_MS;
    for (const row of rows)
      row.probe = await this.call<NonNullable<Row['probe']>>(
        { ...options, timeout: timeoutMs + PROBE_MS },
        'models.probe',
        { model: row.model, timeoutMs },
      );
  }
}

/** @throws UsageError naming the providers that are in use */
function rowsOf(rows: readonly Row[], provider: string | undefined): readonly Row[] {
  if (provider === undefined) return rows;
  const providerOf = ({ model }: Row): string => model.slice(0, model.indexOf('/'));
  const wanted = rows.filter((row) => providerOf(row) === provider);
  if (wanted.length > 0) return wanted;
  const used = [...new Set(rows.map(providerOf))].join(', ') || 'none';
  throw new UsageError(`--probe-provider "${provider}": no model that is used is of it; there are: ${used}`);
}

function keyText(
  api: string,
  profile: string | undefined,
  key: string | undefined,
  faults: readonly ModelFault[],
  name: string,
): string {
  if (api === 'offline') return 'none needed';
  if (profile !== undefined) return `profile ${profile}`;
  if (key !== undefined) return keyEnd(key);
  return faults.some(({ message }) => message.includes(`${name}, has no API key`)) ? 'missing' : 'none needed';
}

function print(rows: readonly Row[], faults: readonly ModelFault[]): void {
  if (rows.length > 0)
    printTable(rows, [
      { title: 'Use', value: ({ use }) => use },
      { title: 'Model', value: ({ model }) => model },
      { title: 'Chosen by', value: ({ from }) => from },
      { title: 'Key', value: ({ key }) => key },
      ...(rows.some(({ probe }) => probe)
        ? [
            {
              title: 'Answers',
              value: ({ probe }: Row) =>
                probe ? (probe.ok ? `in ${probe.ms} ms` : (probe.error?.message ?? 'no')) : '',
            },
          ]
        : []),
    ]);
  for (const { message, fix } of faults) {
    printLine(`Problem:   ${message}`);
    printLine(`           fix: ${fix}`);
  }
}
