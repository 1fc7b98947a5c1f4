import type { Json, Ms } from './column-types';

/** Gateways that share the database. A row goes when its gateway stops, or long after it was last there. */
export interface ReplicaTable {
  id: string;
  facts: Json;
  started_at: Ms;
  seen_at: Ms;
}

export interface LeaseTable {
  name: string;
  holder: string;
  /** Rises by one whenever the lease changes hands. */
  token: number;
  expires_at: Ms;
}
