import { Global, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { LoggerFactory } from '../common/logger';
import type { ConfigIssue } from '../config/config-error';
import type { ConfigSnapshot } from '../config/config-snapshot';
import { ConfigService } from '../config/config.service';
import { RestartControl } from '../config/restart-control';
import { PinoLoggerFactory } from './pino-logger-factory';

/** Loggers for everybody. Global; imports nothing. Runs right after the configuration is loaded, and stops last. */
@Global()
@Module({
  providers: [PinoLoggerFactory, { provide: LoggerFactory, useExisting: PinoLoggerFactory }],
  exports: [LoggerFactory, PinoLoggerFactory],
})
export class LoggingModule implements OnModuleInit, OnApplicationShutdown {
  private readonly since = Date.now();

  constructor(
    private readonly loggers: PinoLoggerFactory,
    private readonly config: ConfigService,
    private readonly control: RestartControl,
  ) {}

  onModuleInit(): void {
    this.loggers.configure();
    this.config.onChange((next, previous) => {
      if (JSON.stringify(next.config.logging) !== JSON.stringify(previous.config.logging)) this.loggers.configure();
      this.warn(next, previous);
    });
    const log = this.loggers.child('config');
    this.warn(this.config.snapshot);
    const left = [...this.config.env.leftOut].sort();
    if (left.length > 0)
      log.warn(
        { names: left },
        'variables of .env files were left out: from the working folder only keys of known providers are taken, everything else from .env in the state directory',
      );
    const switches = this.config.env.activeSwitches();
    const { env } = this.config;
    if (env.get('OPENCLAW_REDIS_URL') !== undefined && env.get('OPENCLAW_DATABASE_URL') === undefined)
      log.warn({}, 'OPENCLAW_REDIS_URL has no effect without OPENCLAW_DATABASE_URL: this gateway is the only one');
    if (switches.length > 0) log.info({ switches }, 'switches of the environment are on');
  }

  /** What of a configuration is kept and not as somebody may think; after a change only what is new of it. */
  private warn(next: ConfigSnapshot, previous?: ConfigSnapshot): void {
    const log = this.loggers.child('config');
    const known = new Set(notesOf(previous).map(({ path, message }) => `${path} ${message}`));
    for (const { path, message } of notesOf(next)) if (!known.has(`${path} ${message}`)) log.warn({ path }, message);
  }

  onApplicationShutdown(): void {
    const log = this.loggers.child('gateway');
    const { failure, isSilent } = this.control.intent;
    if (isSilent) log.debug({}, 'what a command has read is closed again');
    else if (failure === undefined)
      log.info({ upSeconds: Math.round((Date.now() - this.since) / 1000) }, 'gateway stopped');
    else log.error({ reason: failure }, 'gateway did not start; what it had opened is closed again');
    this.loggers.close();
  }
}

const notesOf = (snapshot: ConfigSnapshot | undefined): ConfigIssue[] =>
  snapshot ? [...snapshot.legacyIssues, ...snapshot.warnings] : [];
