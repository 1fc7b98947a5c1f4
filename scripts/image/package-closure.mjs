// Which installed packages a set of names leads to, found as Node finds them: upwards through `node_modules`.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Folders of the named packages and of everything they need on this machine. A name that is not installed is an optional
 * part that nobody uses (`require` fails here as well); a dependency that is missing is an installation that is not whole.
 */
export function packageClosure(root, names, machine) {
  const folders = new Set();
  const visit = (folder) => {
    if (folders.has(folder)) return;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!runsOn(manifest, machine)) return;
    folders.add(folder);
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      if (peerDependenciesMeta[name]?.optional && !(name in dependencies)) continue;
      const found = packageFolder(name, folder, root);
      if (found) visit(found);
      else if (name in dependencies && !(name in optionalDependencies))
        throw new Error(`${name}, which ${manifest.name} needs, is not installed; run npm ci`);
    }
  };
  for (const name of names) {
    const found = packageFolder(name, root, root);
    if (found) visit(found);
  }
  return [...folders].sort();
}

function packageFolder(name, from, root) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === root) return undefined;
  }
}

/** Whether the manifest's `os`, `cpu` and `libc` allow the machine, by npm's rules: a list of names, or of `!names`. */
export function runsOn(manifest, machine) {
  return ['os', 'cpu', 'libc'].every((field) => {
    const listed = [manifest[field] ?? []].flat();
    const own = machine[field];
    if (listed.length === 0 || own === undefined || listed.includes('any')) return true;
    if (listed.includes(`!${own}`)) return false;
    return listed.includes(own) || listed.every((entry) => entry.startsWith('!'));
  });
}
