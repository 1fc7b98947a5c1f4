import { sleep } from '../sleep';
import type { JsonOptions } from './cli-command';
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
  if (options.json) throw new UsageError('--watch has no JSON: call the command as often as you need it');
  for (;;) {
    process.exitCode = 0;
    clearScreen();
    await once();
    await sleep(WATCH_MS);
    if (!process.stdout.isTTY) printLine();
  }
}
