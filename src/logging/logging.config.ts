import { OneOf, Opt, Str, StrList } from '../common/validation/fields';

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Section `logging`. */
export class LoggingConfig {
  @Opt() @OneOf(LOG_LEVELS) level?: LogLevel;
  /** Path of the log file; default `<state dir>/logs/openclaw-<date>.log`. */
  @Opt() @Str({ min: 1 }) file?: string;
  @Opt() @OneOf(LOG_LEVELS) consoleLevel?: LogLevel;
  @Opt() @OneOf(['pretty', 'compact', 'json']) consoleStyle?: 'pretty' | 'compact' | 'json';
  @Opt() @OneOf(['off', 'tools']) redactSensitive?: 'off' | 'tools';
  @Opt() @StrList() redactPatterns?: string[];
}
