import { localTimeZone } from '../common/clock';
import type { OpenclawConfig } from './openclaw.config';

/** The zone in which the person lives: what clocks and calendars mean wherever no other zone is named. */
export const userTimeZone = (config: OpenclawConfig): string =>
  config.agents?.defaults?.userTimezone ?? localTimeZone();
