import { writeFileSync } from 'node:fs';
import { Option, SubCommand } from 'nest-commander';
import { saveFiles } from '../../../agent/chat/saved-files';
import { parseWholeNumber } from '../../../common/cli/cli-command';
import { UsageError } from '../../../common/cli/cli-error';
import { printAnswer, printJson, printLine } from '../../../common/cli/output';
import { resolveGatewayTarget } from '../../../config/gateway-target';
import { withGateway } from '../../../gateway/client/with-gateway';
import { type BrowserAnswer, type BrowserOptions, TabCommandBase } from './browser-command-base';

interface SnapshotOptions extends BrowserOptions {
  format?: string;
  mode?: string;
  efficient?: boolean;
  interactive?: boolean;
  compact?: boolean;
  depth?: number;
  selector?: string;
  frame?: string;
  limit?: number;
  maxChars?: number;
  out?: string;
}

@SubCommand({
  name: 'snapshot',
  description: 'what is on the page as a text; its elements have refs such as e12, which other commands take',
})
export class BrowserSnapshotCommand extends TabCommandBase {
  @Option({ flags: '--format <format>', description: 'ai: with refs; aria: the plain tree', choices: ['ai', 'aria'] })
  parseFormat(value: string): string {
    return value;
  }

  @Option({ flags: '--mode <mode>', description: 'shorter', choices: ['efficient'] })
  parseMode(value: string): string {
    return value;
  }

  @Option({ flags: '--efficient', description: 'the same as --mode efficient' })
  parseEfficient(): boolean {
    return true;
  }

  @Option({ flags: '--interactive', description: 'only what can be used' })
  parseInteractive(): boolean {
    return true;
  }

  @Option({ flags: '--compact', description: 'without empty parts' })
  parseCompact(): boolean {
    return true;
  }

  @Option({ flags: '--depth <n>', description: 'levels below the root' })
  parseDepth(value: string): number {
    return parseWholeNumber('--depth', value, 1, 50);
  }

  @Option({ flags: '--selector <css>', description: 'only what this selector finds' })
  parseSelector(value: string): string {
    return value;
  }

  @Option({ flags: '--frame <css>', description: 'inside the frame that this selector finds' })
  parseFrame(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <n>', description: 'most lines' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1);
  }

  @Option({ flags: '--max-chars <n>', description: 'most characters' })
  parseMaxChars(value: string): number {
    return parseWholeNumber('--max-chars', value, 100, 200_000);
  }

  @Option({ flags: '--out <file>', description: 'file to write; standard output otherwise' })
  parseOut(value: string): string {
    return value;
  }

  async run(_: string[], options: SnapshotOptions): Promise<void> {
    const { format, interactive, compact, depth, selector, frame, limit, maxChars, targetId, out } = options;
    const mode = options.efficient ? 'efficient' : options.mode;
    const wish = { format, mode, interactive, compact, depth, selector, frame, limit, maxChars, targetId };
    const { text, ...answer } = await this.request(options, 'GET', '/snapshot', wish);
    if (out !== undefined) {
      writeFileSync(out, `${text}\n`, { mode: 0o600 });
      if (options.json) printJson({ ...answer, file: out });
      else printLine(`written to ${out}`);
    } else if (options.json) printJson({ ...answer, text });
    else printAnswer(text);
  }
}

interface ScreenshotOptions extends BrowserOptions {
  fullPage?: boolean;
  ref?: string;
  element?: string;
  type?: 'png' | 'jpeg';
  out?: string;
}

@SubCommand({ name: 'screenshot', arguments: '[tab]', description: 'a picture of a page, as a file' })
export class BrowserScreenshotCommand extends TabCommandBase {
  @Option({ flags: '--full-page', description: 'also what is scrolled away' })
  parseFullPage(): boolean {
    return true;
  }

  @Option({ flags: '--ref <ref>', description: 'one element by its ref from a snapshot' })
  parseRef(value: string): string {
    return value;
  }

  @Option({ flags: '--element <css>', description: 'one element by a selector' })
  parseElement(value: string): string {
    return value;
  }

  @Option({ flags: '--type <type>', description: 'png by default', choices: ['png', 'jpeg'] })
  parseType(value: string): string {
    return value;
  }

  @Option({ flags: '--out <file>', description: 'file to write; else a new one in this folder' })
  parseOut(value: string): string {
    return value;
  }

  async run([tab]: string[], options: ScreenshotOptions): Promise<void> {
    const { fullPage, ref, element, type = 'png' } = options;
    if (fullPage && (ref ?? element) !== undefined)
      throw new UsageError('--full-page is the whole page; leave out --ref and --element');
    const targetId = tab ?? options.targetId;
    const wish = { targetId, fullPage, ref, element, type };
    const { base64, ...answer } = await this.request<BrowserAnswer & { base64: string }>(
      options,
      'POST',
      '/screenshot',
      wish,
    );
    const file = options.out ?? `screenshot-${Date.now()}.${type === 'jpeg' ? 'jpg' : 'png'}`;
    const bytes = Buffer.from(base64, 'base64');
    writeFileSync(file, bytes, { mode: 0o600, flag: options.out === undefined ? 'wx' : 'w' });
    if (options.json) printJson({ ...answer, file, bytes: bytes.length });
    else printLine(file);
  }
}

@SubCommand({ name: 'pdf', description: 'print a page into a PDF file of the workspace' })
export class BrowserPdfCommand extends TabCommandBase {
  @Option({ flags: '--save-files <folder>', description: 'folder of this machine to bring it to' })
  parseSave(value: string): string {
    return value;
  }

  async run(_: string[], options: BrowserOptions & { saveFiles?: string }): Promise<void> {
    const { targetId, saveFiles: folder } = options;
    const answer = await this.request<BrowserAnswer & { path: string }>(options, 'POST', '/pdf', { targetId });
    const savedFiles =
      folder === undefined
        ? undefined
        : await withGateway(resolveGatewayTarget(this.env, options), (client) =>
            saveFiles(client, { key: 'main' }, [answer.path], folder),
          );
    if (options.json) return printJson({ ...answer, ...(savedFiles ? { savedFiles } : {}) });
    printAnswer(answer.text);
    for (const path of savedFiles ?? []) printLine(`saved: ${path}`);
  }
}

/** From what matters most; a level shows itself and those before it. */
const LEVELS = ['error', 'warn', 'info'] as const;
const LEVEL_OF: Readonly<Record<string, (typeof LEVELS)[number]>> = {
  error: 'error',
  assert: 'error',
  warning: 'warn',
};

@SubCommand({ name: 'console', description: 'what the page has written to its console' })
export class BrowserConsoleCommand extends TabCommandBase {
  @Option({ flags: '--level <level>', description: 'only this and what is worse', choices: [...LEVELS] })
  parseLevel(value: string): string {
    return value;
  }

  async run(_: string[], options: BrowserOptions & { level?: (typeof LEVELS)[number] }): Promise<void> {
    const { targetId, level = 'info' } = options;
    const { messages } = await this.request<BrowserAnswer & { messages: { type: string; text: string }[] }>(
      options,
      'GET',
      '/console',
      { targetId },
    );
    const most = LEVELS.indexOf(level);
    const shown = messages.filter(({ type }) => LEVELS.indexOf(LEVEL_OF[type] ?? 'info') <= most);
    if (options.json) return printJson({ ok: true, messages: shown });
    if (shown.length === 0) printLine('nothing');
    for (const { type, text } of shown) printLine(`${type}: ${text}`);
  }
}

export const BROWSER_LOOK_LEAVES = [
  BrowserSnapshotCommand,
  BrowserScreenshotCommand,
  BrowserPdfCommand,
  BrowserConsoleCommand,
] as const;
