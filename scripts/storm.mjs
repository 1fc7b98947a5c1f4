// `npm run storm -- replicas --gateways 3 --messages 2000 --rounds 10 --seeds 5 --control`: gateways on one database that are
// killed, stopped, paused and cut off, also from PostgreSQL (TEST_POSTGRES_URL) and from a Redis of their own, where there is one.
// `npm run storm -- --channels telegram,discord --updates 10000 --kills 200 --chats 20 --seeds 10`: the storm of kills at
// any size; the tests run a small one.
import { parseArgs } from 'node:util';
import { ensureBuild } from './ensure.mjs';
import { at } from './paths.mjs';
import { runTool } from './run.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    channels: { type: 'string', default: 'telegram,discord,slack,webhook' },
    updates: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '200' },
    chats: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '10' },
    // Or `postgres`, or both; that needs TEST_POSTGRES_URL.
    store: { type: 'string', default: 'sqlite' },
    // Of the storm over replicas.
    gateways: { type: 'string', default: '3' },
    messages: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    'first-seed': { type: 'string', default: '1' },
    control: { type: 'boolean', default: false },
  },
});
await ensureBuild();
for (const [name, value] of Object.entries(values))
  if (value !== false) process.env[`STORM_${name.toUpperCase().replaceAll('-', '_')}`] = String(value);
const spec = positionals[0] === 'replicas' ? 'test/replicas/storm' : 'test/crash/channel-kills';
runTool(at('node_modules', 'jest', 'bin', 'jest.js'), [spec]);
