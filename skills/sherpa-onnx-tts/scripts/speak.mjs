#!/usr/bin/env node
// usage: speak.mjs --out <file.wav> [--model <file.onnx>] (--file <text file> | <text>)
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const fail = (message, code = 1) => {
  console.error(message);
  process.exit(code);
};
const folderOf = (name) => {
  const folder = process.env[name];
  if (!folder) fail(`${name} is not set`);
  if (!existsSync(folder)) fail(`${name}: ${folder} does not exist`);
  return folder;
};

let parsed;
try {
  parsed = parseArgs({
    options: { out: { type: 'string' }, model: { type: 'string' }, file: { type: 'string' } },
    allowPositionals: true,
  });
} catch (error) {
  fail(error.message, 2);
}
const { values, positionals } = parsed;
const text = values.file ? readFileSync(values.file, 'utf8').trim() : positionals.join(' ').trim();
if (!values.out || !text)
  fail('usage: speak.mjs --out <file.wav> [--model <file.onnx>] (--file <text file> | <text>)', 2);

const runtime = folderOf('SHERPA_ONNX_RUNTIME_DIR');
const voice = folderOf('SHERPA_ONNX_MODEL_DIR');
const program = ['', '.exe']
  .map((ending) => join(runtime, 'bin', `sherpa-onnx-offline-tts${ending}`))
  .find((path) => existsSync(path));
if (!program) fail(`${join(runtime, 'bin')} holds no sherpa-onnx-offline-tts`);
const models = readdirSync(voice).filter((name) => name.endsWith('.onnx'));
const model = values.model ?? models[0];
if (!model || !models.includes(model)) fail(`${voice} holds ${models.join(', ') || 'no .onnx file'}`);
if (!values.model && models.length > 1) fail(`several voices, choose one with --model: ${models.join(', ')}`, 2);

const data = join(voice, 'espeak-ng-data');
const run = spawnSync(
  program,
  [
    `--vits-model=${join(voice, model)}`,
    `--vits-tokens=${join(voice, 'tokens.txt')}`,
    ...(existsSync(data) ? [`--vits-data-dir=${data}`] : []),
    `--output-filename=${values.out}`,
    text,
  ],
  { encoding: 'utf8' },
);
if (run.error) fail(`${program}: ${run.error.message}`);
if (run.status !== 0) fail(`${run.stdout}${run.stderr}`.trim() || `${program} ended with ${run.status}`);
console.log(values.out);
