import { spawnSync } from 'node:child_process';
import { root } from './paths.mjs';

/** Runs a program in the repository's root with inherited output; ends this process when it fails. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) {
    process.stderr.write(`error: ${program} could not be started: ${error.message}\n`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs a Node program of a package in `node_modules`. */
export const runTool = (path, args, options) => run(process.execPath, [path, ...args], options);
