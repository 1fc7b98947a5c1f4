import { Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../../common/cli/cli-error';
import { isWebAddress } from '../../../common/net/host';
import { printFacts, printJson, printLine, printTable } from '../../../common/cli/output';
import { BrowserCommandBase, type BrowserAnswer, type BrowserOptions, TabCommandBase } from './browser-command-base';

interface Tab {
  id: string;
  url: string;
  title: string;
  active: boolean;
}

@SubCommand({ name: 'status', description: 'whether the browser runs, and which one it is' })
export class BrowserStatusCommand extends BrowserCommandBase {
  async run(_: string[], options: BrowserOptions): Promise<void> {
    const status = await this.request(options, 'GET', '/');
    if (options.json) return printJson(status);
    printFacts({
      Profile: status['profile'],
      Enabled: status['enabled'],
      Running: status['running'],
      Headless: status['headless'],
      Program: status['detectedExecutablePath'] ?? 'none found',
      Data: status['userDataDir'],
    });
  }
}

@SubCommand({ name: 'start', description: 'start the browser, where it does not run' })
export class BrowserStartCommand extends BrowserCommandBase {
  run(_: string[], options: BrowserOptions): Promise<void> {
    return this.tell(options, 'POST', '/start', { profile: options.browserProfile });
  }
}

@SubCommand({ name: 'stop', description: 'close the browser with all its tabs; cookies stay' })
export class BrowserStopCommand extends BrowserCommandBase {
  run(_: string[], options: BrowserOptions): Promise<void> {
    return this.tell(options, 'POST', '/stop');
  }
}

@SubCommand({ name: 'profiles', description: 'profiles of the browser, each with cookies of its own' })
export class BrowserProfilesCommand extends BrowserCommandBase {
  async run(_: string[], options: BrowserOptions): Promise<void> {
    const answer = await this.request<BrowserAnswer & { profiles: { name: string; running: boolean }[] }>(
      options,
      'GET',
      '/profiles',
    );
    if (options.json) return printJson(answer);
    printTable(answer.profiles, [
      { title: 'Profile', value: ({ name }) => name },
      { title: 'Running', value: ({ running }) => (running ? 'yes' : 'no') },
    ]);
  }
}

@SubCommand({ name: 'tabs', description: 'open tabs' })
export class BrowserTabsCommand extends BrowserCommandBase {
  async run(_: string[], options: BrowserOptions): Promise<void> {
    const answer = await this.request<BrowserAnswer & { tabs: Tab[] }>(options, 'GET', '/tabs');
    if (options.json) return printJson(answer);
    if (answer.tabs.length === 0) return printLine('no tabs');
    printTable(answer.tabs, [
      { title: 'Tab', value: ({ id }) => id },
      { title: 'Active', value: ({ active }) => (active ? 'yes' : '') },
      { title: 'Address', value: ({ url }) => url, keep: true },
      { title: 'Title', value: ({ title }) => title },
    ]);
  }
}

/** @throws UsageError for what is no address of the web, before anybody is asked */
function addressOf(typed: string): string {
  if (isWebAddress(typed)) return typed;
  throw new UsageError(`the address must begin with http:// or https://, got "${typed}"`);
}

@SubCommand({ name: 'open', arguments: '<url>', description: 'open an address in a new tab' })
export class BrowserOpenCommand extends BrowserCommandBase {
  async run([url = '']: string[], options: BrowserOptions): Promise<void> {
    await this.tell(options, 'POST', '/tabs/open', { url: addressOf(url) });
  }
}

@SubCommand({ name: 'navigate', arguments: '<url>', description: 'open an address in a tab that is there' })
export class BrowserNavigateCommand extends TabCommandBase {
  async run([url = '']: string[], options: BrowserOptions): Promise<void> {
    await this.tell(options, 'POST', '/navigate', { url: addressOf(url), targetId: options.targetId });
  }
}

@SubCommand({ name: 'focus', arguments: '<tab>', description: 'make a tab the active one' })
export class BrowserFocusCommand extends BrowserCommandBase {
  run([targetId = '']: string[], options: BrowserOptions): Promise<void> {
    return this.tell(options, 'POST', '/tabs/focus', { targetId });
  }
}

@SubCommand({ name: 'close', arguments: '[tab]', description: 'close a tab; the active one otherwise' })
export class BrowserCloseCommand extends BrowserCommandBase {
  @Option({ flags: '--target-id <tab>', description: 'the tab, instead of the argument' })
  parseTarget(value: string): string {
    return value;
  }

  run([typed]: string[], options: BrowserOptions): Promise<void> {
    const tab = typed ?? options.targetId;
    return tab === undefined
      ? this.tell(options, 'POST', '/act', { kind: 'close' })
      : this.tell(options, 'DELETE', `/tabs/${encodeURIComponent(tab)}`);
  }
}

export const BROWSER_MANAGE_LEAVES = [
  BrowserStatusCommand,
  BrowserStartCommand,
  BrowserStopCommand,
  BrowserProfilesCommand,
  BrowserTabsCommand,
  BrowserOpenCommand,
  BrowserNavigateCommand,
  BrowserFocusCommand,
  BrowserCloseCommand,
] as const;
