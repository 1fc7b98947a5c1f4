'use strict';
// The layers of `src`: each folder may import from its own layer's folder, and from the layers below it.

const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const channels = join(__dirname, '..', 'src', 'channels');

/** Folders of chat platforms: those with an adapter. They don't know of each other, and nothing below knows of them. */
const PLATFORMS = readdirSync(channels, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(channels, entry.name)).some(isAdapter))
  .map(({ name }) => name);

function isAdapter(file) {
  return file.endsWith('.adapter.ts');
}

/** Bottom to top. Folders of one layer do not import each other, unless listed in `within`. */
const LAYERS = [
  { name: 'contracts', folders: ['common', 'rpc', 'gateway/protocol', 'gateway/client'], within: true },
  { name: 'ground', folders: ['config', 'logging', 'events', 'storage', 'replicas'], within: true },
  {
    name: 'domain',
    folders: [
      'sessions',
      'memory',
      'skills',
      'workspace',
      'automation/hooks/handlers',
      'tools',
      'usage',
      'plugins/catalog',
    ],
    within: true,
  },
  { name: 'agent', folders: ['agent', 'inbox'], within: true },
  {
    name: 'hubs',
    folders: [`channels(?!${PLATFORMS.map((name) => `/${name}`).join('|')})`, 'outbox', 'gateway(?!/protocol|/client)'],
    within: false,
  },
  {
    name: 'activity',
    folders: [
      'automation/cron',
      'automation/heartbeat',
      'automation/webhooks',
      'http-api',
      'bridges/acp',
      'bridges/conversation-mcp',
      'automation/hooks(?!/handlers)',
      'subagents',
      'operations/diagnostics',
      'tasks',
      'operations/backup',
      'operations/migrate',
      'security',
      'operations/service',
      'operations/update',
    ],
    within: false,
  },
  {
    name: 'edges',
    folders: [
      ...PLATFORMS.map((name) => `channels/${name}`),
      'control-ui',
      'nodes',
      'wizard',
      'operations/discovery',
      'operations/maintenance',
      'plugins(?!/catalog)',
    ],
    within: false,
  },
  { name: 'roots', folders: ['bootstrap', 'cli', 'operations/doctor', 'onboard', 'tui'], within: true },
];

module.exports = { LAYERS, PLATFORMS };
