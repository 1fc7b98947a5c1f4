import { Option, SubCommand } from 'nest-commander';
import { parseWholeNumber } from '../../../common/cli/cli-command';
import { UsageError } from '../../../common/cli/cli-error';
import { type BrowserOptions, TabCommandBase } from './browser-command-base';

/** A command that does something on a page. */
abstract class ActCommandBase extends TabCommandBase {
  protected act(options: BrowserOptions, kind: string, request: Readonly<Record<string, unknown>>): Promise<void> {
    return this.tell(options, 'POST', '/act', { targetId: options.targetId, kind, ...request });
  }
}

const BUTTONS = ['left', 'right', 'middle'] as const;
const MODIFIERS = ['Alt', 'Control', 'Meta', 'Shift'] as const;

@SubCommand({ name: 'click', arguments: '<ref>', description: 'click on an element of the last snapshot' })
export class BrowserClickCommand extends ActCommandBase {
  @Option({ flags: '--double', description: 'twice' })
  parseDouble(): boolean {
    return true;
  }

  @Option({ flags: '--button <button>', description: 'which one of the mouse', choices: [...BUTTONS] })
  parseButton(value: string): string {
    return value;
  }

  @Option({ flags: '--modifiers <keys>', description: `keys held meanwhile, with commas: ${MODIFIERS.join(', ')}` })
  parseModifiers(value: string): string[] {
    const keys = value.split(',').map((key) => key.trim());
    const other = keys.find((key) => !MODIFIERS.some((known) => known === key));
    if (other === undefined) return keys;
    throw new UsageError(`--modifiers must be of ${MODIFIERS.join(', ')}, got "${other}"`);
  }

  run(
    [ref]: string[],
    options: BrowserOptions & { double?: boolean; button?: string; modifiers?: string[] },
  ): Promise<void> {
    const { double: doubleClick, button, modifiers } = options;
    return this.act(options, 'click', { ref, doubleClick, button, modifiers });
  }
}

@SubCommand({ name: 'type', arguments: '<ref> <text>', description: 'put a text into a field' })
export class BrowserTypeCommand extends ActCommandBase {
  @Option({ flags: '--submit', description: 'press Enter afterwards' })
  parseSubmit(): boolean {
    return true;
  }

  @Option({ flags: '--slowly', description: 'key by key' })
  parseSlowly(): boolean {
    return true;
  }

  run([ref, text]: string[], options: BrowserOptions & { submit?: boolean; slowly?: boolean }): Promise<void> {
    const { submit, slowly } = options;
    return this.act(options, 'type', { ref, text, submit, slowly });
  }
}

@SubCommand({ name: 'press', arguments: '<key>', description: 'press a key, such as Enter or Control+A' })
export class BrowserPressCommand extends ActCommandBase {
  run([key]: string[], options: BrowserOptions): Promise<void> {
    return this.act(options, 'press', { key });
  }
}

@SubCommand({ name: 'hover', arguments: '<ref>', description: 'move the mouse over an element' })
export class BrowserHoverCommand extends ActCommandBase {
  run([ref]: string[], options: BrowserOptions): Promise<void> {
    return this.act(options, 'hover', { ref });
  }
}

@SubCommand({ name: 'scrollintoview', arguments: '<ref>', description: 'scroll until an element can be seen' })
export class BrowserScrollCommand extends ActCommandBase {
  run([ref]: string[], options: BrowserOptions): Promise<void> {
    const fn = '(element) => element.scrollIntoView({ block: "center", inline: "center" })';
    return this.act(options, 'evaluate', { ref, fn });
  }
}

@SubCommand({ name: 'drag', arguments: '<from> <to>', description: 'drag an element onto another one' })
export class BrowserDragCommand extends ActCommandBase {
  run([startRef, endRef]: string[], options: BrowserOptions): Promise<void> {
    return this.act(options, 'drag', { startRef, endRef });
  }
}

@SubCommand({ name: 'select', arguments: '<ref> <values...>', description: 'choose options of a list' })
export class BrowserSelectCommand extends ActCommandBase {
  run([ref, ...values]: string[], options: BrowserOptions): Promise<void> {
    return this.act(options, 'select', { ref, values });
  }
}

const LEAST_PIXELS = 200;
const MOST_PIXELS = 4000;

@SubCommand({ name: 'resize', arguments: '<width> <height>', description: 'size of the page in pixels' })
export class BrowserResizeCommand extends ActCommandBase {
  run([width = '', height = '']: string[], options: BrowserOptions): Promise<void> {
    return this.act(options, 'resize', {
      width: parseWholeNumber('the width', width, LEAST_PIXELS, MOST_PIXELS),
      height: parseWholeNumber('the height', height, LEAST_PIXELS, MOST_PIXELS),
    });
  }
}

@SubCommand({ name: 'wait', description: 'wait for a time, or until a text is there or gone' })
export class BrowserWaitCommand extends ActCommandBase {
  @Option({ flags: '--time <ms>', description: 'milliseconds' })
  parseTime(value: string): number {
    return parseWholeNumber('--time', value, 0, 60_000);
  }

  @Option({ flags: '--text <text>', description: 'until it is there' })
  parseText(value: string): string {
    return value;
  }

  @Option({ flags: '--text-gone <text>', description: 'until it is gone' })
  parseTextGone(value: string): string {
    return value;
  }

  async run(_: string[], options: BrowserOptions & { time?: number; text?: string; textGone?: string }): Promise<void> {
    const { time: timeMs, text, textGone } = options;
    if ([timeMs, text, textGone].filter((wish) => wish !== undefined).length !== 1)
      throw new UsageError('one of --time, --text and --text-gone is needed');
    await this.act(options, 'wait', { timeMs, text, textGone });
  }
}

@SubCommand({ name: 'evaluate', description: 'run a JavaScript function in the page and print what it gives back' })
export class BrowserEvaluateCommand extends ActCommandBase {
  @Option({ flags: '--fn <code>', description: 'such as "() => document.title"', required: true })
  parseFn(value: string): string {
    return value;
  }

  @Option({ flags: '--ref <ref>', description: 'element that the function is given' })
  parseRef(value: string): string {
    return value;
  }

  run(_: string[], options: BrowserOptions & { fn?: string; ref?: string }): Promise<void> {
    const { fn, ref } = options;
    return this.act(options, 'evaluate', { fn, ref });
  }
}

export const BROWSER_ACT_LEAVES = [
  BrowserClickCommand,
  BrowserTypeCommand,
  BrowserPressCommand,
  BrowserHoverCommand,
  BrowserScrollCommand,
  BrowserDragCommand,
  BrowserSelectCommand,
  BrowserResizeCommand,
  BrowserWaitCommand,
  BrowserEvaluateCommand,
] as const;
