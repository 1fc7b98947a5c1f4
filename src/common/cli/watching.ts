import { Option } from 'nest-commander';
import { sleep } from '../sleep';
import { GatewayCommandBase, type GatewayOptions, type JsonOptions } from './cli-command';
import { UsageError } from './cli-error';
import { clearScreen, printLine } from './output';

const WATCH_MS = 2000;

/** Flag of commands that show a state. */
export const WATCH_FLAG = { flags: '-w, --watch', description: 'again every 2 seconds, until Ctrl-C' } as const;

export interface WatchOptions extends JsonOptions {
  watch?: boolean;
}

/** Shows something once, or with `--watch` again and again. @throws UsageError for JSON, which is one value */
export async function watching(options: WatchOptions, once: () => Promise<void>): Promise<void> {
  if (!options.watch) return once();
  if (options.json) throw new UsageError('--watch has no JSON output: call the command as often as you need it');
  for (;;) {
    process.exitCode = 0;
    clearScreen();
    await once();
    await sleep(WATCH_MS);
    if (!process.stdout.isTTY) printLine();
  }
}

/** A command that shows a state of the gateway, once or with `--watch` again and again. */
export abstract class WatchingCommand<O extends GatewayOptions = GatewayOptions> extends GatewayCommandBase {
  @Option(WATCH_FLAG)
  parseWatch(): boolean {
    return true;
  }

  run(words: string[], options: O & WatchOptions): Promise<void> {
    return watching(options, () => this.once(options, words));
  }

  /** Shows it as it is now. */
  protected abstract once(options: O, words: readonly string[]): Promise<void>;
}
