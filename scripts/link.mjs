// At the first start: a link `openclaw` in the user's own folder of programs, so that every advice can be typed as it stands.
import { existsSync, lstatSync, mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { at } from './paths.mjs';

/** Says that it was done once; who removes the link does not get it again. */
const MARK = at('.setup', 'link');
const FOLDERS = [['.local', 'bin'], ['bin']];

/** Never outside of the home directory, never in the place of something, never beside another `openclaw` on the PATH. */
export function linkProgram() {
  if (process.platform === 'win32' || existsSync(MARK)) return;
  const home = homedir();
  const onPath = (process.env.PATH ?? '').split(delimiter);
  if (onPath.some((folder) => folder !== '' && exists(join(folder, 'openclaw')))) return;
  for (const folder of FOLDERS.map((parts) => join(home, ...parts))) {
    if (!onPath.includes(folder)) continue;
    const link = join(folder, 'openclaw');
    try {
      mkdirSync(folder, { recursive: true });
      if (!isOwn(home) || !isOwn(folder) || !realpathSync(folder).startsWith(realpathSync(home))) continue;
      symlinkSync(at('bin', 'openclaw'), link);
      writeFileSync(MARK, `${link}\n`);
    } catch {
      // A home that can't be written is no reason not to start.
      continue;
    }
    process.stderr.write(`Linked ${link} to this copy: "openclaw" is a command now (to undo: rm ${link})\n`);
    return;
  }
}

const isOwn = (folder) => statSync(folder).uid === process.getuid();

/** Also where a link leads nowhere. */
function exists(path) {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
