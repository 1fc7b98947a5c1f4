import { type RawBuilder, sql } from 'kysely';

const PREFIX = 'lane:';

/** Name of the lease that a session's turns run under. */
export const laneName = (sessionKey: string): string => `${PREFIX}${sessionKey}`;

/** The same of rows, by their column with the session's key. */
export const laneNameOf = (column: string): RawBuilder<string> => sql<string>`${PREFIX} || ${sql.ref(column)}`;
