import { Injectable } from '@nestjs/common';
import { zonedTime } from '../../common/zoned-time';
import { ConfigService } from '../../config/config.service';
import { userTimeZone } from '../../config/user-zone';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { CronJobError } from './cron-job-error';
import { scheduleOf } from './cron-job-form';
import type { CronSchedule } from './cron-job';
import { describeSchedule, nextSlot } from './cron-schedule';
import { zoneProblem } from './cron-time';
import { CronPreviewParams } from './cron.dto';
import { scheduleInWords } from './schedule-words';

const DEFAULT_COUNT = 5;

interface Preview {
  /** As `cron.add` takes it. */
  schedule: CronSchedule;
  description: string;
  /** Whose clocks count. */
  timeZone: string;
  next: { atMs: number; at: string }[];
}

/** What a schedule means, before a job is made of it. */
@Injectable()
export class CronPreviewRpc {
  constructor(private readonly config: ConfigService) {}

  @RpcMethod({
    name: 'cron.preview',
    scope: 'operator.read',
    params: CronPreviewParams,
    summary: 'The next times of a schedule, or of one that is said in words, and the schedule those words make.',
  })
  preview({ schedule: given, words, tz, count = DEFAULT_COUNT }: CronPreviewParams): Preview {
    if ((given === undefined) === (words === undefined))
      throw invalidRequest('invalid cron.preview params: one of schedule and words is needed');
    const wrongZone = tz === undefined ? undefined : zoneProblem(tz, 'tz');
    if (wrongZone !== undefined) throw invalidRequest(`invalid cron.preview params: ${wrongZone}`);
    const now = Date.now();
    const zone = tz ?? userTimeZone(this.config.config);
    const schedule = this.read(given ?? this.fromWords(words ?? '', now, zone, tz), now, zone);
    const next: Preview['next'] = [];
    const timeZone = schedule.kind === 'cron' ? (schedule.tz ?? zone) : zone;
    for (let at: number | undefined = now; next.length < count;) {
      at = nextSlot(schedule, at, now, zone);
      if (at === undefined) break;
      next.push({ atMs: at, at: zonedTime(at, timeZone) });
    }
    return { schedule, description: describeSchedule(schedule, zone), timeZone, next };
  }

  private fromWords(words: string, now: number, zone: string, tz: string | undefined): Record<string, unknown> {
    const plan = scheduleInWords(words, now, zone);
    if (!plan)
      throw invalidRequest(
        `words: "${words}" is no schedule that is understood; write it like "every weekday at 9", "mondays and fridays at 18:30", "on the 1st of every month at 8", "every 15 minutes", "tomorrow at noon", or give a cron expression`,
        { details: { code: 'SCHEDULE_NOT_UNDERSTOOD' } },
      );
    return { ...plan, ...(tz !== undefined && plan.kind !== 'every' ? { tz } : {}) };
  }

  private read(given: Record<string, unknown>, now: number, zone: string): CronSchedule {
    try {
      return scheduleOf(given, { now, zone });
    } catch (error) {
      if (error instanceof CronJobError) throw invalidRequest(`invalid cron.preview params: ${error.message}`);
      throw error;
    }
  }
}
