import { copyFileSync } from 'node:fs';
import type { Type } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../common/cli/cli-error';
import { CommandGroup, type GatewayOptions } from '../../common/cli/cli-command';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { CallingCommand } from '../../config/calling-command';

const SPEAK_MS = 100_000;

@SubCommand({ name: 'status', description: 'whether answers are spoken, and by whom' })
export class TtsStatusCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call<{ enabled: boolean; auto: string; provider: string; fallbackProviders: string[] }>(
      options,
      'tts.status',
    );
    if (options.json) return printJson(answer);
    const { enabled, auto, provider, fallbackProviders } = answer;
    printLine(`Answers are ${enabled ? `spoken (${auto})` : 'not spoken'}; provider: ${provider}`);
    if (fallbackProviders.length > 0) printLine(`If it fails: ${fallbackProviders.join(', ')}`);
  }
}

@SubCommand({ name: 'providers', description: 'who can speak, and what is set up' })
export class TtsProvidersCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call<{
      providers: { id: string; name: string; configured: boolean }[];
      active: string | null;
    }>(options, 'tts.providers');
    if (options.json) return printJson(answer);
    printTable(answer.providers, [
      { title: 'Provider', value: ({ id }) => id },
      { title: 'Name', value: ({ name }) => name },
      { title: 'Set up', value: ({ configured }) => (configured ? 'yes' : 'no') },
      { title: 'Used', value: ({ id }) => (id === answer.active ? 'yes' : '') },
    ]);
  }
}

@SubCommand({ name: 'enable', description: 'speak the answers, too' })
export class TtsEnableCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call(options, 'tts.enable');
    if (options.json) printJson(answer);
    else printLine('answers are spoken');
  }
}

@SubCommand({ name: 'disable', description: 'answers in writing only' })
export class TtsDisableCommand extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call(options, 'tts.disable');
    if (options.json) printJson(answer);
    else printLine('answers are not spoken');
  }
}

@SubCommand({ name: 'set-provider', arguments: '<provider>', description: 'openai, elevenlabs or edge' })
export class TtsSetProviderCommand extends CallingCommand {
  async run([provider = '']: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call<{ provider: string }>(options, 'tts.setProvider', { provider });
    if (options.json) printJson(answer);
    else printLine(`${answer.provider} speaks`);
  }
}

@SubCommand({ name: 'convert', description: 'speak a text into a file' })
export class TtsConvertCommand extends CallingCommand {
  @Option({ flags: '--text <text>', description: 'what to say' })
  parseText(value: string): string {
    return value;
  }

  @Option({
    flags: '--out <file>',
    description: 'file to write; otherwise the path of the one that was made is printed',
  })
  parseOut(value: string): string {
    return value;
  }

  async run(_: string[], options: GatewayOptions & { text?: string; out?: string }): Promise<void> {
    const { text, out } = options;
    if (text === undefined || text.trim() === '') throw new UsageError('what? --text <text>');
    const answer = await this.call<{ audioPath: string; provider: string; outputFormat: string }>(
      { ...options, timeout: options.timeout ?? SPEAK_MS },
      'tts.convert',
      { text },
    );
    if (out !== undefined) copyFileSync(answer.audioPath, out);
    const audioPath = out ?? answer.audioPath;
    if (options.json) printJson({ ...answer, audioPath });
    else printLine(`${audioPath} (${answer.outputFormat}, ${answer.provider})`);
  }
}

const LEAVES = [
  TtsStatusCommand,
  TtsProvidersCommand,
  TtsEnableCommand,
  TtsDisableCommand,
  TtsSetProviderCommand,
  TtsConvertCommand,
] as const;

@Command({ name: 'tts', description: 'speech', subCommands: [...LEAVES] })
export class TtsCommand extends CommandGroup {}

export const TTS_COMMANDS: readonly Type[] = [TtsCommand, ...LEAVES];
