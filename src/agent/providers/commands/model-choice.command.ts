import { Inject, type Type } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { CliCommand, CommandGroup, type JsonOptions } from '../../../common/cli/cli-command';
import { UsageError } from '../../../common/cli/cli-error';
import { printJson, printLine, printTable } from '../../../common/cli/output';
import { commandLine } from '../../../common/cli/own-commands';
import { OpenclawError } from '../../../common/openclaw-error';
import type { ConfigEdit } from '../../../config/apply-edits';
import { BY_COMMAND, ConfigFiles, reportWrite } from '../../../config/config-files';
import { Environment } from '../../../config/environment';
import { modelChoiceOf } from '../../model-choice.config';
import { openLocalModels } from '../local-registry';

/** Keys of `agents.defaults` that hold a model with its fall-backs. */
type Choice = 'model' | 'imageModel';

/** A command that changes which models are used, in the configuration file. A gateway that runs takes it over. */
abstract class ModelChoiceCommand extends CliCommand {
  @Inject(Environment) protected readonly env!: Environment;

  /** Full name of a model that can be called. @throws ModelError naming the way out */
  protected async nameOf(text: string | undefined): Promise<string> {
    if (text === undefined)
      throw new UsageError('which model? provider/model, for example anthropic/claude-sonnet-4-5');
    const { registry } = await openLocalModels(this.env);
    const { provider, id } = registry.lookup(text);
    return `${provider}/${id}`;
  }

  protected chosen(choice: Choice): { primary?: string; fallbacks: string[] } {
    const { primary, fallbacks = [] } = modelChoiceOf(
      new ConfigFiles(this.env).load().config.agents?.defaults?.[choice],
    );
    return { ...(primary === undefined ? {} : { primary }), fallbacks };
  }

  /** Keeps the form that the file has: a text while there are no fall-backs, else an object. */
  protected editOf(choice: Choice, { primary, fallbacks }: { primary?: string; fallbacks: string[] }): ConfigEdit {
    const path = ['agents', 'defaults', choice];
    if (primary === undefined && fallbacks.length === 0) return { path, unset: true };
    if (fallbacks.length === 0 && primary !== undefined) return { path, value: primary };
    return { path, value: { ...(primary === undefined ? {} : { primary }), fallbacks } };
  }

  protected async write(edits: readonly ConfigEdit[], what: string, options: JsonOptions): Promise<void> {
    reportWrite(await new ConfigFiles(this.env).writer.edit(edits, BY_COMMAND), options.json === true, what);
  }
}

abstract class SetModelCommand extends ModelChoiceCommand {
  protected abstract readonly choice: Choice;

  async run([text]: string[], options: JsonOptions): Promise<void> {
    const primary = await this.nameOf(text);
    const { fallbacks } = this.chosen(this.choice);
    const edit = this.editOf(this.choice, { primary, fallbacks: fallbacks.filter((name) => name !== primary) });
    await this.write(
      [edit],
      `${this.choice === 'model' ? 'the model' : 'the model for pictures'} is ${primary}`,
      options,
    );
  }
}

@SubCommand({ name: 'set', arguments: '<model>', description: 'the model that answers, as provider/model or alias' })
export class ModelsSetCommand extends SetModelCommand {
  protected readonly choice = 'model';
}

@SubCommand({
  name: 'set-image',
  arguments: '<model>',
  description: 'the model that looks at pictures where the usual one can’t',
})
export class ModelsSetImageCommand extends SetModelCommand {
  protected readonly choice = 'imageModel';
}

abstract class FallbackListCommand extends ModelChoiceCommand {
  protected abstract readonly choice: Choice;

  run(_: string[], options: JsonOptions): Promise<void> {
    const { fallbacks } = this.chosen(this.choice);
    if (options.json) printJson({ fallbacks });
    else if (fallbacks.length === 0) printLine('none');
    else for (const fallback of fallbacks) printLine(fallback);
    return Promise.resolve();
  }
}

abstract class FallbackAddCommand extends ModelChoiceCommand {
  protected abstract readonly choice: Choice;

  async run([text]: string[], options: JsonOptions): Promise<void> {
    const model = await this.nameOf(text);
    const chosen = this.chosen(this.choice);
    if (chosen.fallbacks.includes(model)) throw new OpenclawError('MODEL_LISTED', `${model} is in the list already`);
    const edit = this.editOf(this.choice, { ...chosen, fallbacks: [...chosen.fallbacks, model] });
    await this.write([edit], `${model} is tried after the others`, options);
  }
}

abstract class FallbackRemoveCommand extends ModelChoiceCommand {
  protected abstract readonly choice: Choice;

  async run([model = '']: string[], options: JsonOptions): Promise<void> {
    const chosen = this.chosen(this.choice);
    if (!chosen.fallbacks.includes(model))
      throw new OpenclawError(
        'MODEL_NOT_LISTED',
        `"${model}" is not in the list; it holds: ${chosen.fallbacks.join(', ') || 'nothing'}`,
      );
    const edit = this.editOf(this.choice, { ...chosen, fallbacks: chosen.fallbacks.filter((each) => each !== model) });
    await this.write([edit], `${model} is out of the list`, options);
  }
}

abstract class FallbackClearCommand extends ModelChoiceCommand {
  protected abstract readonly choice: Choice;

  async run(_: string[], options: JsonOptions): Promise<void> {
    await this.write(
      [this.editOf(this.choice, { ...this.chosen(this.choice), fallbacks: [] })],
      'the list is empty',
      options,
    );
  }
}

@SubCommand({ name: 'list', description: 'models that are tried when the first one fails, in order' })
export class FallbacksListCommand extends FallbackListCommand {
  protected readonly choice = 'model';
}

@SubCommand({ name: 'add', arguments: '<model>', description: 'put a model at the end of the list' })
export class FallbacksAddCommand extends FallbackAddCommand {
  protected readonly choice = 'model';
}

@SubCommand({ name: 'remove', arguments: '<model>', description: 'take a model out of the list' })
export class FallbacksRemoveCommand extends FallbackRemoveCommand {
  protected readonly choice = 'model';
}

@SubCommand({ name: 'clear', description: 'empty the list' })
export class FallbacksClearCommand extends FallbackClearCommand {
  protected readonly choice = 'model';
}

const FALLBACKS_LEAVES = [
  FallbacksListCommand,
  FallbacksAddCommand,
  FallbacksRemoveCommand,
  FallbacksClearCommand,
] as const;

@SubCommand({
  name: 'fallbacks',
  description: 'models that are tried when the first one fails, in order',
  subCommands: [...FALLBACKS_LEAVES],
})
export class FallbacksCommand extends CommandGroup {}

@SubCommand({ name: 'list', description: 'models that are tried when the one for pictures fails, in order' })
export class ImageFallbacksListCommand extends FallbackListCommand {
  protected readonly choice = 'imageModel';
}

@SubCommand({ name: 'add', arguments: '<model>', description: 'put a model at the end of the list' })
export class ImageFallbacksAddCommand extends FallbackAddCommand {
  protected readonly choice = 'imageModel';
}

@SubCommand({ name: 'remove', arguments: '<model>', description: 'take a model out of the list' })
export class ImageFallbacksRemoveCommand extends FallbackRemoveCommand {
  protected readonly choice = 'imageModel';
}

@SubCommand({ name: 'clear', description: 'empty the list' })
export class ImageFallbacksClearCommand extends FallbackClearCommand {
  protected readonly choice = 'imageModel';
}

const IMAGE_FALLBACKS_LEAVES = [
  ImageFallbacksListCommand,
  ImageFallbacksAddCommand,
  ImageFallbacksRemoveCommand,
  ImageFallbacksClearCommand,
] as const;

@SubCommand({
  name: 'image-fallbacks',
  description: 'models that are tried when the one for pictures fails, in order',
  subCommands: [...IMAGE_FALLBACKS_LEAVES],
})
export class ImageFallbacksCommand extends CommandGroup {}

@SubCommand({ name: 'list', description: 'short names of models' })
export class AliasesListCommand extends ModelChoiceCommand {
  run(_: string[], options: JsonOptions): Promise<void> {
    const rows = Object.entries(new ConfigFiles(this.env).load().config.agents?.defaults?.models ?? {}).flatMap(
      ([model, { alias }]) => (alias === undefined ? [] : [{ alias, model }]),
    );
    if (options.json) printJson({ aliases: Object.fromEntries(rows.map(({ alias, model }) => [alias, model])) });
    else if (rows.length === 0) printLine('none');
    else
      printTable(rows, [
        { title: 'Alias', value: ({ alias }) => alias },
        { title: 'Model', value: ({ model }) => model },
      ]);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'add', arguments: '<alias> <model>', description: 'give a model a short name' })
export class AliasesAddCommand extends ModelChoiceCommand {
  @Option({ flags: '--force', description: 'also where another model has that name' })
  parseForce(): boolean {
    return true;
  }

  async run([alias = '', text]: string[], options: JsonOptions & { force?: boolean }): Promise<void> {
    if (alias === '' || alias.includes('/') || /\s/.test(alias))
      throw new UsageError(`an alias has neither blanks nor "/", got "${alias}"`);
    const model = await this.nameOf(text);
    const models = new ConfigFiles(this.env).load().config.agents?.defaults?.models ?? {};
    const others = Object.keys(models).filter(
      (name) => name !== model && models[name]?.alias?.toLowerCase() === alias.toLowerCase(),
    );
    if (others.length > 0 && !options.force)
      throw new OpenclawError('ALIAS_TAKEN', `"${alias}" is ${others.join(', ')} already; add --force to move it`);
    await this.write(
      [
        ...others.map((name): ConfigEdit => ({ path: ['agents', 'defaults', 'models', name, 'alias'], unset: true })),
        { path: ['agents', 'defaults', 'models', model, 'alias'], value: alias },
      ],
      `"${alias}" is ${model}`,
      options,
    );
  }
}

@SubCommand({ name: 'remove', arguments: '<alias>', description: 'take a short name away' })
export class AliasesRemoveCommand extends ModelChoiceCommand {
  async run([alias = '']: string[], options: JsonOptions): Promise<void> {
    const models = new ConfigFiles(this.env).load().config.agents?.defaults?.models ?? {};
    const model = Object.keys(models).find((name) => models[name]?.alias?.toLowerCase() === alias.toLowerCase());
    if (model === undefined)
      throw new OpenclawError(
        'ALIAS_UNKNOWN',
        `no model is called "${alias}"; see: ${commandLine('models aliases list')}`,
      );
    await this.write(
      [{ path: ['agents', 'defaults', 'models', model, 'alias'], unset: true }],
      `"${alias}" is no name any more`,
      options,
    );
  }
}

@SubCommand({
  name: 'aliases',
  description: 'short names of models',
  subCommands: [AliasesListCommand, AliasesAddCommand, AliasesRemoveCommand],
})
export class AliasesCommand extends CommandGroup {}

/** The groups and leaves, and of them those that stand below `models` itself. */
export const MODEL_CHOICE_TOP: readonly Type[] = [
  ModelsSetCommand,
  ModelsSetImageCommand,
  FallbacksCommand,
  ImageFallbacksCommand,
  AliasesCommand,
];
export const MODEL_CHOICE_COMMANDS: readonly Type[] = [
  ...MODEL_CHOICE_TOP,
  ...FALLBACKS_LEAVES,
  ...IMAGE_FALLBACKS_LEAVES,
  AliasesListCommand,
  AliasesAddCommand,
  AliasesRemoveCommand,
];
