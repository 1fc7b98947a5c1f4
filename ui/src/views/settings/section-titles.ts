import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

/**
 * Names of the sections of the gateway's configuration. Nothing of this is loaded: the list is what the catalogue is made
 * from, each name under itself as its id. The page shows a name as it is where there is none.
 */
export const TITLES: readonly MessageDescriptor[] = [
  msg({ id: 'Meta' }),
  msg({ id: 'Env' }),
  msg({ id: 'Diagnostics' }),
  msg({ id: 'Logging' }),
  msg({ id: 'Update' }),
  msg({ id: 'Browser' }),
  msg({ id: 'Maintenance' }),
  msg({ id: 'UI' }),
  msg({ id: 'Auth' }),
  msg({ id: 'Secrets' }),
  msg({ id: 'MCP' }),
  msg({ id: 'Models' }),
  msg({ id: 'Agents' }),
  msg({ id: 'Tools' }),
  msg({ id: 'Bindings' }),
  msg({ id: 'Messages' }),
  msg({ id: 'Commands' }),
  msg({ id: 'Approvals' }),
  msg({ id: 'Session' }),
  msg({ id: 'Usage' }),
  msg({ id: 'Cron' }),
  msg({ id: 'Hooks' }),
  msg({ id: 'Channels' }),
  msg({ id: 'Discovery' }),
  msg({ id: 'Gateway' }),
  msg({ id: 'Skills' }),
  msg({ id: 'Plugins' }),
];
