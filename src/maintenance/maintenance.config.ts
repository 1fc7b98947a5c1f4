import { Int, Opt } from '../common/validation/fields';
import { Keys } from '../common/validation/keys';

/** Section `maintenance`. */
@Keys<MaintenanceConfig>({
  minFreeMb: ['Free megabytes on the disk below which no more messages are taken; 0: no limit.', 64],
  keepDays: ['Days for which what was delivered and ended is kept for looking back. Conversations stay.', 90],
})
export class MaintenanceConfig {
  @Opt() @Int({ min: 0 }) minFreeMb?: number;
  @Opt() @Int({ min: 1 }) keepDays?: number;
}
