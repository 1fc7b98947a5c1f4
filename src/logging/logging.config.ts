import { OneOf, Opt, Str, StrList } from '../common/validation/fields';
import { Keys } from '../common/validation/keys';

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Section `logging`. */
@Keys<LoggingConfig>({
  level: ['What the log file holds: this level and the graver ones.', 'info'],
  file: 'Path of the log file; without it <state dir>/logs/openclaw-<date>.log.',
  consoleLevel: ['What the console shows.', 'info'],
  consoleStyle: 'How the console shows it; on a terminal "pretty", else "compact".',
  redactSensitive: ['"tools" hides keys and tokens in what tools print before it is logged.', 'tools'],
  redactPatterns: 'Regular expressions; what they match is hidden in logs and results.',
})
export class LoggingConfig {
  @Opt() @OneOf(LOG_LEVELS) level?: LogLevel;
  @Opt() @Str({ min: 1 }) file?: string;
  @Opt() @OneOf(LOG_LEVELS) consoleLevel?: LogLevel;
  @Opt() @OneOf(['pretty', 'compact', 'json']) consoleStyle?: 'pretty' | 'compact' | 'json';
  @Opt() @OneOf(['off', 'tools']) redactSensitive?: 'off' | 'tools';
  @Opt() @StrList() redactPatterns?: string[];
}
