#!/usr/bin/env node
// Looks for skills in the ClawHub registry. usage: find.mjs search WORDS... | show NAME | fetch NAME OUT.zip
import { spawnSync } from 'node:child_process';

const USAGE = 'usage: find.mjs search WORDS... | show NAME | fetch NAME OUT.zip';
const BASE = process.env.CLAWHUB_URL ?? 'https://clawhub.ai';

/** By curl, which knows the way out of the sandbox. */
function curl(path, ...more) {
  const address = `${BASE}/api/v1/${path}`;
  const { status, stdout, stderr, error } = spawnSync(
    'curl',
    ['-sS', '--fail', '-L', '--max-time', '30', '--max-filesize', '50000000', ...more, address],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error) throw new Error(`curl: ${error.message}`);
  if (status === 22 && stderr.includes('404')) throw new Error('the registry has no such skill');
  if (status === 22 && stderr.includes('429')) throw new Error('the registry wants fewer questions; wait a minute');
  if (status !== 0) throw new Error(`${new URL(address).host}: ${stderr.trim() || `curl ended with ${status}`}`);
  return stdout;
}

const oneLine = (text) =>
  String(text ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);

function search(...words) {
  if (words.length === 0) throw new Error(USAGE);
  const { results = [] } = JSON.parse(curl(`search?q=${encodeURIComponent(words.join(' '))}&limit=10`));
  for (const { slug, version, displayName, summary } of results)
    console.log([slug, version ?? '', oneLine(displayName), oneLine(summary)].join('\t'));
  if (results.length === 0) console.log('nothing fits');
}

function checked(name) {
  if (!/^[a-z0-9][a-z0-9-]{0,80}$/.test(name ?? '')) throw new Error(`"${name ?? ''}" is not the name of a skill`);
  return name;
}

function show(name) {
  const { skill = {}, latestVersion = {}, owner = {}, moderation } = JSON.parse(curl(`skills/${checked(name)}`));
  const { stats = {} } = skill;
  console.log(`${skill.slug} ${latestVersion?.version ?? ''}: ${oneLine(skill.displayName)}`);
  console.log(oneLine(skill.summary));
  console.log(
    `by ${owner?.handle ?? 'somebody unnamed'} · ${stats.downloads ?? '?'} downloads, ${stats.stars ?? '?'} stars`,
  );
  if (moderation?.isSuspicious || moderation?.isMalwareBlocked)
    console.log('WARNING: the registry itself calls it suspicious');
}

function fetchArchive(name, out) {
  if (!out?.endsWith('.zip')) throw new Error(USAGE);
  curl(`download?slug=${checked(name)}`, '-o', out);
  console.log(`${out}: not looked at yet, not installed`);
}

function main([command, ...args]) {
  const known = { search, show, fetch: fetchArchive };
  if (!Object.hasOwn(known, command ?? '')) throw new Error(USAGE);
  known[command](...args);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
