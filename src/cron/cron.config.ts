import { Bool, Int, Opt, Text } from '../common/validation/fields';

/** Section `cron`. */
export class CronConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() store?: string;
  @Opt() @Int({ min: 1 }) maxConcurrentRuns?: number;
  /** Signs what jobs tell to addresses of their own. */
  @Opt() @Text() webhookToken?: string;
}
