import { invalidRequest } from '../rpc/rpc-error';
import { ConfigConflictError, ConfigError, ConfigInvalidError } from './config-error';
import type { ConfigSnapshot } from './config-snapshot';

/** Errors about what was sent, in the words of the wire. */
export async function refusals(
  write: () => Promise<ConfigSnapshot>,
  whenInvalid = 'invalid config',
): Promise<ConfigSnapshot> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConfigInvalidError) throw invalidRequest(whenInvalid, { details: { issues: error.issues } });
    if (error instanceof ConfigConflictError || error instanceof ConfigError) throw invalidRequest(error.message);
    throw error;
  }
}
