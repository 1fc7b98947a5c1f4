import { Int, Opt } from '../common/validation/fields';
import { Keys } from '../common/validation/keys';

export const DM_HISTORY_MEANING =
  'Most earlier turns of a person that the model is shown in a direct conversation, with what was answered; 0: all.';
export const DMS_MEANING = 'The same for single people, by id.';

/** An entry of `dms`. */
@Keys<DirectHistoryConfig>({
  historyLimit: 'Most earlier turns of the person that the model is shown; 0: all.',
})
export class DirectHistoryConfig {
  @Opt() @Int({ min: 0 }) historyLimit?: number;
}

/** Earlier turns of a person that the model is shown in a direct conversation; undefined: all. */
export function directTurns(
  keys: { dmHistoryLimit?: number; dms?: Record<string, DirectHistoryConfig> },
  peer: string,
): number | undefined {
  const own = keys.dms && Object.hasOwn(keys.dms, peer) ? keys.dms[peer] : undefined;
  return (own?.historyLimit ?? keys.dmHistoryLimit) || undefined;
}
