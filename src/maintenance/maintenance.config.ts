import { Int, Opt } from '../common/validation/fields';

/** Section `maintenance`. */
export class MaintenanceConfig {
  /** Free megabytes below which no more messages are taken; 64 by default, 0: no limit. */
  @Opt() @Int({ min: 0 }) minFreeMb?: number;
  /** How long what was delivered and ended is kept for looking back; 90 days by default. Conversations stay. */
  @Opt() @Int({ min: 1 }) keepDays?: number;
}
