import { exactTime } from '../../kit/time';
/** From the least to the most urgent. */
export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  id: number;
  level: Level;
  time: string;
  subsystem: string;
  message: string;
  /** As it stands in the file. */
  raw: string;
}

/** A line of the log; one that is not valid JSON is its own message. */
export function readLine(raw: string, id: number): LogLine {
  try {
    const { level, time, subsystem, msg } = JSON.parse(raw) as Record<string, unknown>;
    return {
      id,
      raw,
      level:
        LEVELS.find((each) => each === level) ?? (level === 'fatal' ? 'error' : level === 'trace' ? 'debug' : 'info'),
      time: typeof time === 'string' ? exactTime(Date.parse(time)) : '',
      subsystem: typeof subsystem === 'string' ? subsystem : '',
      message: typeof msg === 'string' ? msg : raw,
    };
  } catch {
    return { id, raw, level: 'info', time: '', subsystem: '', message: raw };
  }
}
