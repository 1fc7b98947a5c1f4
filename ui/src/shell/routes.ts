import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { IconName } from '../kit/icon-paths';

export interface Route {
  /** Name in the address, and of the folder in `views`. */
  view: string;
  words: MessageDescriptor;
  /** For the bar of a phone. */
  short?: MessageDescriptor;
  icon: IconName;
  group?: 'Reach' | 'Assistant' | 'Watch' | 'System';
  /** Names that led there in OpenClaw. */
  formerly?: readonly string[];
  /** Shows what the gateway says of its settings, which is loaded with it in other languages than its own. */
  hasMeanings?: true;
}

/** Every view, in the order of the navigation. A view is one line here and a folder of its name. */
export const ROUTES: readonly Route[] = [
  {
    view: 'home',
    words: msg`Home`,
    icon: 'home',
    formerly: ['overview'],
  },
  {
    view: 'chats',
    words: msg`Chats`,
    icon: 'chat',
    formerly: ['chat', 'sessions'],
  },
  {
    view: 'people',
    words: msg`People & channels`,
    short: msg`People`,
    icon: 'people',
    group: 'Reach',
    formerly: ['channels'],
  },
  {
    view: 'jobs',
    words: msg`Scheduled jobs`,
    short: msg`Jobs`,
    icon: 'clock',
    group: 'Reach',
    formerly: ['cron'],
  },
  {
    view: 'agents',
    words: msg`Agents & files`,
    icon: 'robot',
    group: 'Assistant',
    formerly: ['agent'],
  },
  {
    view: 'permissions',
    words: msg`What it may do`,
    icon: 'lock',
    group: 'Assistant',
    formerly: ['approvals', 'exec-approvals', 'policy'],
  },
  {
    view: 'skills',
    words: msg`Skills`,
    icon: 'star',
    group: 'Assistant',
  },
  {
    view: 'usage',
    words: msg`Usage & cost`,
    icon: 'bars',
    group: 'Watch',
  },
  {
    view: 'trace',
    words: msg`Trace`,
    icon: 'pulse',
    group: 'Watch',
  },
  {
    view: 'logs',
    words: msg`Logs`,
    icon: 'lines',
    group: 'Watch',
  },
  {
    view: 'debug',
    words: msg`Debug`,
    icon: 'bug',
    group: 'System',
  },
  {
    view: 'devices',
    words: msg`Devices & nodes`,
    icon: 'device',
    group: 'System',
    formerly: ['nodes', 'instances'],
  },
  {
    view: 'setup',
    words: msg`Set up`,
    icon: 'flag',
    group: 'System',
    formerly: ['onboarding', 'wizard'],
  },
  {
    view: 'settings',
    words: msg`Settings`,
    icon: 'sliders',
    group: 'System',
    formerly: ['config'],
    hasMeanings: true,
  },
  {
    view: 'secrets',
    words: msg`Secrets`,
    icon: 'key',
    group: 'System',
  },
];

/** What is shown where the address names no view. */
export const START = 'chats';

export const routeOf = (name: string): Route | undefined =>
  ROUTES.find(({ view, formerly }) => view === name || formerly?.includes(name) === true);

/** Names at which the gateway answers with the page. */
export const pageNames = (): string[] => ROUTES.flatMap(({ view, formerly = [] }) => [view, ...formerly]);
