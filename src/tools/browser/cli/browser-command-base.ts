import { Option } from 'nest-commander';
import { type GatewayOptions, parseWholeNumber } from '../../../common/cli/cli-command';
import { printAnswer, printJson } from '../../../common/cli/output';
import { CallingCommand } from '../../../config/calling-command';

/** There is one profile: any other is refused by name. */
export const PROFILE_FLAG = {
  flags: '--browser-profile <name>',
  description: 'whose cookies',
  choices: ['openclaw'],
};
const DEFAULT_ACTION_MS = 20_000;
const MOST_ACTION_MS = 120_000;
/** The browser may have to be started, and the answer to come. */
const GRACE_MS = 30_000;

export interface BrowserOptions extends GatewayOptions {
  browserProfile?: string;
  targetId?: string;
}

/** What `browser.request` answers, as far as every action has it. */
export interface BrowserAnswer extends Record<string, unknown> {
  ok: boolean;
  text: string;
}

/** A command that has the gateway's browser do something. */
export abstract class BrowserCommandBase extends CallingCommand {
  @Option(PROFILE_FLAG)
  parseProfile(value: string): string {
    return value;
  }

  @Option({ flags: '--timeout <ms>', description: `milliseconds it may take, ${DEFAULT_ACTION_MS} by default` })
  override parseTimeout(value: string): number {
    return parseWholeNumber('--timeout', value, 100, MOST_ACTION_MS);
  }

  protected request<T extends BrowserAnswer = BrowserAnswer>(
    { timeout = DEFAULT_ACTION_MS, ...options }: BrowserOptions,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    facts: Readonly<Record<string, unknown>> = {},
  ): Promise<T> {
    const carried = method === 'POST' ? { body: facts } : { query: facts };
    return this.call<T>(
      options,
      'browser.request',
      { method, path, ...carried, timeoutMs: timeout },
      { timeoutMs: timeout + GRACE_MS },
    );
  }

  /** The same, and tells what came of it. */
  protected async tell(...request: Parameters<BrowserCommandBase['request']>): Promise<void> {
    const answer = await this.request(...request);
    if (request[0].json) printJson(answer);
    else printAnswer(answer.text);
  }
}

/** One about a tab. */
export abstract class TabCommandBase extends BrowserCommandBase {
  @Option({ flags: '--target-id <tab>', description: 'tab, as "browser tabs" calls it; the active one otherwise' })
  parseTarget(value: string): string {
    return value;
  }
}
