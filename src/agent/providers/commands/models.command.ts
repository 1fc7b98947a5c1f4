import type { Type } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../../common/cli/cli-command';
import { printJson, printLine, printNote, printTable } from '../../../common/cli/output';
import { filesOfGateway } from '../../../config/config-files';
import { Environment } from '../../../config/environment';
import { resolveGatewayTarget } from '../../../config/gateway-target';
import { withGatewayOrDisk } from '../../../gateway/client/with-gateway';
import { MODEL_CHOICE_COMMANDS, MODEL_CHOICE_TOP } from './model-choice.command';
import { MODELS_AUTH_COMMANDS, ModelsAuthCommand } from './models-auth.command';
import { ModelsScanCommand } from './models-scan.command';
import { ModelsStatusCommand } from './models-status.command';
import { type ListedModel, modelRows } from './models-view';

interface ModelsOptions extends GatewayOptions {
  provider?: string;
  local?: boolean;
  all?: boolean;
  plain?: boolean;
  refresh?: boolean;
}

interface ModelsPayload {
  models: ListedModel[];
  lists?: { provider: string; models: number; readAt?: number; error?: string }[];
}

@SubCommand({ name: 'list', description: 'models that can be used now' })
export class ModelsListCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--provider <id>', description: 'only models of this provider' })
  parseProvider(value: string): string {
    return value;
  }

  @Option({ flags: '--all', description: 'also models that are known but have no key or server yet' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--local', description: 'only models of servers on this machine' })
  parseLocal(): boolean {
    return true;
  }

  @Option({ flags: '--plain', description: 'one reference a line' })
  parsePlain(): boolean {
    return true;
  }

  @Option({
    flags: '--refresh',
    description: 'ask the providers for their lists first, and the servers nearby for their windows',
  })
  parseRefresh(): boolean {
    return true;
  }

  /** Models of the catalogue that can't be used yet. */
  private async others({ models }: ModelsPayload, provider?: string): Promise<ModelsPayload['models']> {
    const { MODEL_CATALOG } = await import('../model-catalog');
    const known = new Set(models.map((model) => `${model.provider}/${model.id}`));
    return MODEL_CATALOG.filter(({ id }) => provider === undefined || id === provider)
      .flatMap((entry) => entry.models.map((model) => ({ ...model, provider: entry.id, available: false })))
      .filter((model) => !known.has(`${model.provider}/${model.id}`));
  }

  private printAsJson({ models, ...more }: ModelsPayload, options: ModelsOptions): void {
    const rows = modelRows(models, filesOfGateway(this.env, options)?.load().config);
    printJson({ count: rows.length, models: rows, ...more });
  }

  async run(_: string[], options: ModelsOptions): Promise<void> {
    const params = {
      ...(options.provider ? { provider: options.provider } : {}),
      ...(options.refresh ? { refresh: true } : {}),
    };
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<ModelsPayload>('models.list', params),
    );
    for (const { provider, error } of answer.lists ?? [])
      if (error !== undefined) printNote(`${provider} gave no list: ${error}`);
    if (options.all) answer.models.push(...(await this.others(answer, options.provider)));
    if (options.local) answer.models = answer.models.filter(({ local }) => local === true);
    if (options.json) this.printAsJson(answer, options);
    else if (options.plain) for (const model of answer.models) printLine(`${model.provider}/${model.id}`);
    else
      printTable(answer.models, [
        { title: 'Model', value: (model) => `${model.provider}/${model.id}` },
        { title: 'Name', value: (model) => model.name },
        { title: 'Window', value: (model) => model.contextWindow },
        { title: 'Input', value: (model) => model.input.join(', ') },
        { title: 'Thinks', value: (model) => (model.reasoning ? 'yes' : '') },
        {
          title: '$ in / out',
          value: ({ cost }) => (cost.input + cost.output > 0 ? `${cost.input} / ${cost.output}` : ''),
        },
      ]);
  }
}

@Command({
  name: 'models',
  description: 'language models',
  subCommands: [ModelsListCommand, ModelsStatusCommand, ModelsScanCommand, ...MODEL_CHOICE_TOP, ModelsAuthCommand],
})
export class ModelsCommand extends CommandGroup {}

export const MODELS_COMMANDS: readonly Type[] = [
  ModelsCommand,
  ModelsListCommand,
  ModelsStatusCommand,
  ModelsScanCommand,
  ...MODEL_CHOICE_COMMANDS,
  ...MODELS_AUTH_COMMANDS,
];
