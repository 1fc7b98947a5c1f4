// `npm run storm -- --channels telegram,discord --updates 10000 --kills 200 --chats 20 --seeds 10`: the storm of kills at
// any size; the tests run a small one.
import { parseArgs } from 'node:util';
import { ensureBuild } from './ensure.mjs';
import { at } from './paths.mjs';
import { runTool } from './run.mjs';

const { values } = parseArgs({
  options: {
    channels: { type: 'string', default: 'telegram,discord,slack,webhook' },
    updates: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '200' },
    chats: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '10' },
    // Or `postgres`, or both; that needs TEST_POSTGRES_URL.
    store: { type: 'string', default: 'sqlite' },
  },
});
await ensureBuild();
for (const [name, value] of Object.entries(values)) process.env[`STORM_${name.toUpperCase()}`] = value;
runTool(at('node_modules', 'jest', 'bin', 'jest.js'), ['test/crash/channel-kills']);
