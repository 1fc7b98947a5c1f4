#!/usr/bin/env node
// Looks at a skill's form: frontmatter, lengths, files that it mentions, shell blocks. usage: check-skill.mjs <folder>
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: check-skill.mjs <folder>');
  process.exit(2);
}
const file = join(folder, 'SKILL.md');
if (!existsSync(file)) {
  console.error(`${file} is missing`);
  process.exit(1);
}
const faults = [];
const lines = readFileSync(file, 'utf8').split(/\r?\n/);
const fault = (line, text) => faults.push(`${file}:${line} ${text}`);

const end = lines[0] === '---' ? lines.indexOf('---', 1) : -1;
if (end < 0) fault(1, 'begins with no frontmatter block (--- … ---)');
const values = new Map();
for (let index = 1; index < end; index++) {
  const match = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(lines[index]);
  if (match) values.set(match[1], { text: match[2].replace(/^(["'])(.*)\1$/, '$2'), line: index + 1 });
}
const name = values.get('name');
if (!name) fault(1, 'name is missing');
else {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name.text) || name.text.length > 64)
    fault(name.line, `name "${name.text}": lower-case letters, digits, single dashes, at most 64 characters`);
  if (name.text !== basename(resolve(folder))) fault(name.line, `name "${name.text}" is not that of the folder`);
}
const description = values.get('description');
if (!description?.text) fault(1, 'description is missing');
else {
  if (description.text.length > 1024)
    fault(description.line, `description has ${description.text.length} characters, at most 1024`);
  if (!/\b(use|when)\b/i.test(description.text)) fault(description.line, 'description does not say when to use it');
}
if (lines.length > 500) fault(500, `${lines.length} lines; move what is seldom needed into references/`);

let block;
lines.forEach((line, index) => {
  for (const [, path] of line.matchAll(/\{baseDir\}\/([\w./-]+)/g))
    if (!existsSync(join(folder, path))) fault(index + 1, `${path} does not exist`);
  const fence = /^(```+)(\w*)\s*$/.exec(line);
  if (!fence) return block?.text.push(line);
  if (!block) block = { kind: fence[2], line: index + 1, text: [] };
  else {
    if (['bash', 'sh', 'shell'].includes(block.kind)) {
      const check = spawnSync('bash', ['-n'], {
        input: block.text.join('\n').replaceAll('{baseDir}', '/skill'),
        encoding: 'utf8',
      });
      if (check.status !== 0)
        fault(block.line, `the shell can't read this block: ${(check.stderr ?? String(check.error)).trim()}`);
    }
    block = undefined;
  }
});
if (block) fault(block.line, 'this block is not closed');
for (const text of faults) console.log(text);
console.log(faults.length === 0 ? `${folder}: fine` : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
