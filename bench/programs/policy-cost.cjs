'use strict';
// What one evaluation of the whole policy chain costs. Prints {microseconds, links}.
const { evaluatePolicy } = require('../../dist/tools/policy/evaluate-policy.js');
const { policyLayers } = require('../../dist/tools/policy/policy-layers.js');

const lists = { allow: ['group:fs', 'group:web', 'exec', 'sessions_*', 'cron'], deny: ['tts', 'voice_*'] };
const config = {
  tools: { ...lists, byProvider: { p: lists, 'p/m': lists }, subagents: { tools: lists }, sandbox: { tools: lists } },
  agents: { list: [{ id: 'main', tools: { ...lists, byProvider: { p: lists } } }] },
  channels: { telegram: { groups: { 7: { tools: lists, toolsBySender: { 5: lists } } } } },
};
const layers = policyLayers(config, {
  agentId: 'main',
  provider: 'p',
  model: 'm',
  channel: 'telegram',
  account: 'default',
  groupId: '7',
  senders: ['5'],
  isOwner: true,
  isSubagent: true,
  isSandboxed: true,
});
const tools = ['read', 'exec', 'web_fetch', 'tts', 'cron', 'apply_patch', 'unknown', 'sessions_list'];
const ROUNDS = 20_000;
for (let round = 0; round < 2000; round++) for (const tool of tools) evaluatePolicy(tool, layers);
const start = process.hrtime.bigint();
for (let round = 0; round < ROUNDS; round++) for (const tool of tools) evaluatePolicy(tool, layers);
const microseconds = Number(process.hrtime.bigint() - start) / 1000 / (ROUNDS * tools.length);
process.stdout.write(JSON.stringify({ microseconds, links: layers.length }));
