import { Int, Nested, Opt } from '../../common/validation/fields';
import { Keys } from '../../common/validation/keys';

/** Free megabytes that are kept on the disk. */
export const DEFAULT_MIN_FREE_MB = 64;

/** How much of what people send is kept in `inbox/`. */
@Keys<InboxFolderConfig>({
  keepDays: ['Days after which a file goes, counted from when it came or was last changed.', 30],
  maxMb: ['Megabytes that all files of a workspace may have; the oldest go first.', 2000],
  maxConversationMb: ['Megabytes that the files of one conversation may have.', 500],
})
export class InboxFolderConfig {
  @Opt() @Int({ min: 1 }) keepDays?: number;
  @Opt() @Int({ min: 1 }) maxMb?: number;
  @Opt() @Int({ min: 1 }) maxConversationMb?: number;
}

/** Section `maintenance`. */
@Keys<MaintenanceConfig>({
  minFreeMb: ['Free megabytes on the disk below which no more messages are taken; 0: no limit.', DEFAULT_MIN_FREE_MB],
  keepDays: ['Days for which what was delivered and ended is kept for looking back. Conversations stay.', 90],
  inbox: 'Files that people send.',
})
export class MaintenanceConfig {
  @Opt() @Int({ min: 0 }) minFreeMb?: number;
  @Opt() @Int({ min: 1 }) keepDays?: number;
  @Opt() @Nested(() => InboxFolderConfig) inbox?: InboxFolderConfig;
}
