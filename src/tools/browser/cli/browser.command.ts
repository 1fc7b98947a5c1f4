import { Command, Option } from 'nest-commander';
import { CommandGroup } from '../../../common/cli/cli-command';
import { PROFILE_FLAG } from './browser-command-base';
import { BROWSER_ACT_LEAVES } from './browser-act.command';
import { BROWSER_FORM_LEAVES } from './browser-forms.command';
import { BROWSER_LOOK_LEAVES } from './browser-look.command';
import { BROWSER_MANAGE_LEAVES } from './browser-manage.command';

const LEAVES = [...BROWSER_MANAGE_LEAVES, ...BROWSER_LOOK_LEAVES, ...BROWSER_ACT_LEAVES, ...BROWSER_FORM_LEAVES];

@Command({ name: 'browser', description: "the assistant's browser", subCommands: LEAVES })
export class BrowserCommand extends CommandGroup {
  /** Scripts made for OpenClaw write it in front of the action. */
  @Option(PROFILE_FLAG)
  parseProfile(value: string): string {
    return value;
  }
}

export const BROWSER_COMMANDS = [BrowserCommand, ...LEAVES] as const;
