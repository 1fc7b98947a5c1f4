export type LogFields = Record<string, unknown>;

/** Structured logger of one subsystem. Fields first, then a short sentence. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Injection token: gives each subsystem its own child logger. */
export abstract class LoggerFactory {
  abstract child(subsystem: string): Logger;
}

const drop = (): void => undefined;

/** A logger that keeps nothing, for tests and one-shot commands. */
export const silentLogger: Logger = { debug: drop, info: drop, warn: drop, error: drop };

export class SilentLoggerFactory extends LoggerFactory {
  child(): Logger {
    return silentLogger;
  }
}
