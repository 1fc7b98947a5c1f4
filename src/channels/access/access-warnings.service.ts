import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { accessNotes } from '../../config/sender-lists';

/** Tells in the log, at the start and after changes, what lets others come near to the owner. */
@Injectable()
export class AccessWarnings {
  private readonly log: Logger;
  private readonly told = new Set<string>();

  constructor(
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/access');
  }

  listen(): void {
    this.tell(this.config.config);
    this.config.onChange(({ config }) => this.tell(config));
  }

  private tell(config: OpenclawConfig): void {
    for (const { path, message } of accessNotes(config)) {
      const line = `${path}: ${message}`;
      if (this.told.has(line)) continue;
      this.told.add(line);
      this.log.warn({ path }, line);
    }
  }
}
