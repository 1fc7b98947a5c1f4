import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../../common/private-files';

/** Is there once the folder has been migrated where it is. */
const DONE = '.openclaw-migrated';

/** Whether OpenClaw has left conversations, jobs or people in our state directory that nobody has taken over. */
export function isLeftByOpenclaw(stateDir: string): boolean {
  if (existsSync(join(stateDir, DONE))) return false;
  if (existsSync(join(stateDir, 'state', 'openclaw.sqlite')) || existsSync(join(stateDir, 'cron', 'jobs.json')))
    return true;
  const agents = join(stateDir, 'agents');
  const ids = existsSync(agents) ? readdirSync(agents) : [];
  return ids.some((id) => existsSync(join(agents, id, 'sessions', 'sessions.json')));
}

/** The folder is not offered again. */
export const noteMigrated = (stateDir: string): void =>
  writePrivateFile(join(stateDir, DONE), `${new Date().toISOString()}\n`);
