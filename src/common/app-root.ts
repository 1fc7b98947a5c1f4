import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;

/** Folder of the installed package: the nearest one upwards that holds `package.json` and `bin/openclaw`. */
export function appRoot(): string {
  if (root) return root;
  let folder = __dirname;
  while (!existsSync(join(folder, 'bin', 'openclaw'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`cannot find the package folder above ${__dirname}`);
    folder = parent;
  }
  root = folder;
  return folder;
}

let version: string | undefined;

/** Version of the package, from `package.json`. */
export function appVersion(): string {
  version ??= (JSON.parse(readFileSync(join(appRoot(), 'package.json'), 'utf8')) as { version: string }).version;
  return version;
}
