// `PEER_DIR=<folder> npm run parity`: makes the same calls on released OpenClaw gateways and on this one, compares the
// shapes of the answers, and writes docs/reference/parity.md. The folder holds `oc-feb` with openclaw@2026.2.9 (protocol
// 3) or `oc-new` with openclaw@2026.9.6 (protocol 4), each installed by npm, and Node 24 in `node_modules/.bin/node`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ensureBuild } from './ensure.mjs';
import { CALLS } from './parity/calls.mjs';
import { PEERS, connect, startGateway, startModels } from './parity/gateways.mjs';
import { verdictOf } from './parity/shapes.mjs';
import { at } from './paths.mjs';

const peers = process.env.PEER_DIR && resolve(process.env.PEER_DIR);
const found = peers
  ? Object.entries(PEERS).filter(([, folder]) => existsSync(join(peers, folder, 'node_modules', 'openclaw')))
  : [];
if (found.length === 0) {
  console.error(
    peers
      ? `PEER_DIR: there is no released OpenClaw in ${peers}. Install one: npm install --prefix ${join(peers, 'oc-new')} openclaw@2026.9.6`
      : 'PEER_DIR is not set: it names a folder with released OpenClaw gateways to compare with (see the head of this script).',
  );
  process.exit(2);
}
await ensureBuild();

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 600);

async function compare(protocol, folder) {
  const models = await startModels();
  const [real, ours] = [await startGateway(models.port, join(peers, folder), peers), await startGateway(models.port)];
  try {
    const clients = [await connect(real, protocol), await connect(ours, protocol)];
    for (const client of clients) {
      await client.call('chat.send', { sessionKey: 'agent:main:main', message: 'hello', idempotencyKey: 'seed' });
      await client.call('agent.wait', { runId: 'seed', timeoutMs: 20_000 });
    }
    const rows = [];
    for (const [method, params = {}] of CALLS) {
      const [there, here] = await Promise.all(clients.map((client) => client.call(method, params)));
      rows.push({ method, params, ...verdictOf(there, here) });
    }
    // A gateway in a checkout calls itself "dev".
    const { version } = JSON.parse(
      readFileSync(join(peers, folder, 'node_modules', 'openclaw', 'package.json'), 'utf8'),
    );
    for (const client of clients) client.close();
    return { version, rows };
  } finally {
    real.stop();
    ours.stop();
    models.stop();
  }
}

function table(protocol, { version, rows }) {
  const shown = rows.filter(({ verdict }) => verdict !== 'unknown to both');
  const counts = new Map();
  for (const { verdict } of shown) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [
    `## Protocol ${protocol}: OpenClaw ${version}`,
    '',
    [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', '),
    '',
    '| Method | Parameters | Answer | What differs |',
    '|---|---|---|---|',
    ...shown.map(
      ({ method, params, verdict, what = '' }) =>
        `| \`${method}\` | ${Object.keys(params).join(', ')} | ${verdict} | ${cell(what)} |`,
    ),
    '',
  ];
}

const lines = [
  '# How close the answers are to those of OpenClaw',
  '',
  'Written by `npm run parity`. Do not edit.',
  '',
  'The same calls on a released OpenClaw gateway and on this one, each with one model and one turn. "same": every field of',
  'the answer is here with the same type, or the same error. "fields": what is named is missing or of another type.',
  '"accepted": there it is an error. "only here" and "missing": the method exists on one side only.',
  '',
];
for (const [protocol, folder] of found) {
  const result = await compare(Number(protocol), folder);
  lines.push(...table(protocol, result));
  console.log(`protocol ${protocol}: ${result.rows.length} calls compared with ${result.version}`);
}
const file = at('docs', 'reference', 'parity.md');
writeFileSync(file, await format(lines.join('\n'), { ...(await resolveConfig(file)), parser: 'markdown' }));
console.log('wrote docs/reference/parity.md');
process.exit(0);
