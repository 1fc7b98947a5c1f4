import { Bool, Int, Opt, Text } from '../../common/validation/fields';
import { idle, Keys } from '../../common/validation/keys';

/** Section `cron`. */
@Keys<CronConfig>({
  enabled: ['Whether scheduled jobs run.', true],
  store: idle('File of the jobs; they stand in the database.'),
  maxConcurrentRuns:
    'Most jobs with conversations of their own that run at the same time in a gateway; the others wait. agents.defaults.maxConcurrent holds for them as well.',
  webhookToken: 'Signs what jobs tell to addresses of their own.',
})
export class CronConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() store?: string;
  @Opt() @Int({ min: 1 }) maxConcurrentRuns?: number;
  @Opt() @Text() webhookToken?: string;
}
