import type { LoggerService } from '@nestjs/common';
import type { Logger as SubsystemLogger } from '../common/logger';

/** Nest's own messages: only what goes wrong reaches our log. */
export class NestLogBridge implements LoggerService {
  constructor(private readonly target: SubsystemLogger) {}

  log(): void {
    // Nest reports each route and module at this level; nobody needs that here.
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.target.error({ detail: rest.map(String).join(' ') }, String(message));
  }

  warn(message: unknown): void {
    this.target.warn({}, String(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}
