import { randomUUID } from 'node:crypto';
import { linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../common/atomic-file';

const NAME = 'state-id';

/** What tells one state directory from another, wherever it is mounted; made by the first gateway that asks. */
export function stateIdOf(stateDir: string): string {
  const path = join(stateDir, NAME);
  const known = readTextIfExists(path);
  if (known !== undefined) return known.trim();
  const mine = `${path}.${randomUUID()}`;
  writeFileAtomic(mine, `${randomUUID()}\n`);
  try {
    // Of several that begin at once one is first.
    linkSync(mine, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(mine, { force: true });
  }
  return (readTextIfExists(path) ?? '').trim();
}
