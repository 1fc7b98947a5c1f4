import { join } from 'node:path';

/** The database of a state directory, where it is SQLite. */
export const sqlitePath = (stateDir: string): string => join(stateDir, 'openclaw-nest.sqlite');
