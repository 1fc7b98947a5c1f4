import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import pino, { type Logger as PinoLogger } from 'pino';
import { cutText } from '../common/cut-text';
import { type LogFields, type Logger, LoggerFactory } from '../common/logger';
import { Redactor } from '../common/redactor';
import { ConfigError } from '../config/config-error';
import { ConfigService } from '../config/config.service';
import { GatewayFlags } from '../config/gateway-flags';
import { type ConsoleStyle, formatForConsole } from './console-format';
import { LogFile } from './log-destination';
import { LOG_LEVELS, type LogLevel } from './logging.config';

/** Longest text kept of one log field. */
const MAX_FIELD = 4000;

const LEVEL_VALUES: Record<string, number> = { ...pino.levels.values, silent: Infinity };
const INFO = 30;
const levelValue = (level: string): number => LEVEL_VALUES[level] ?? INFO;

/** JSON lines to the log file, short lines to stderr; both pass the redactor after serialisation. */
@Injectable()
export class PinoLoggerFactory extends LoggerFactory {
  private readonly root: PinoLogger;
  private file: LogFile | undefined;
  private threshold = INFO;
  private consoleLevel = INFO;
  private consoleStyle: ConsoleStyle = process.stderr.isTTY ? 'pretty' : 'compact';

  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
    private readonly flags: GatewayFlags,
  ) {
    super();
    this.root = pino(
      {
        level: 'trace',
        base: undefined,
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { error: describeError },
      },
      { write: (line: string) => this.write(line) },
    );
  }

  /** Applies the configuration once it is loaded: level, file, console. */
  configure(): void {
    const logging = this.config.config.logging ?? {};
    const verbose = this.flags.verbose === true;
    const asked = verbose ? 'debug' : levelOf(this.config.env.get('OPENCLAW_LOG_LEVEL'));
    const level: LogLevel = asked ?? logging.level ?? 'info';
    const consoleLevel: LogLevel = asked ?? logging.consoleLevel ?? 'info';
    this.consoleLevel = levelValue(consoleLevel);
    this.threshold = Math.min(levelValue(level), this.consoleLevel);
    if (logging.consoleStyle) this.consoleStyle = logging.consoleStyle;
    this.file?.close();
    this.file = new LogFile(join(this.config.stateDir, 'logs'), logging.file);
  }

  get logFile(): string {
    return (this.file ?? new LogFile(join(this.config.stateDir, 'logs'))).path;
  }

  /** Size of all log files together. */
  get logBytes(): number {
    return this.file?.totalBytes() ?? 0;
  }

  close(): void {
    this.file?.close();
  }

  child(subsystem: string): Logger {
    const child = this.root.child({ subsystem });
    // The threshold is read at each call, so that `configure` reaches loggers made before it.
    const emit = (level: 'debug' | 'info' | 'warn' | 'error', fields: LogFields, message: string): void => {
      if (levelValue(level) >= this.threshold) child[level](bounded(fields), message);
    };
    return {
      debug: (fields, message) => emit('debug', fields, message),
      info: (fields, message) => emit('info', fields, message),
      warn: (fields, message) => emit('warn', fields, message),
      error: (fields, message) => emit('error', fields, message),
    };
  }

  private write(line: string): void {
    const safe = this.redactor.redact(line);
    this.file?.write(safe);
    const level = /"level":"(\w+)"/.exec(safe)?.[1] ?? 'info';
    if (levelValue(level) < this.consoleLevel) return;
    process.stderr.write(
      formatForConsole(safe, this.consoleStyle, process.stderr.isTTY && !this.config.env.get('NO_COLOR')),
    );
  }
}

/** @throws ConfigError when the variable names no level */
function levelOf(text: string | undefined): LogLevel | undefined {
  if (text === undefined) return undefined;
  const level = LOG_LEVELS.find((known) => known === text.toLowerCase());
  if (level) return level;
  throw new ConfigError(
    'LOG_LEVEL_INVALID',
    `OPENCLAW_LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, got "${text}"`,
  );
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return { name: error.name, message: error.message, ...(code === undefined ? {} : { code }), stack: error.stack };
}

function bounded(fields: LogFields): LogFields {
  const out: LogFields = {};
  for (const [key, value] of Object.entries(fields)) {
    out[key] = typeof value === 'string' ? cutText(value, MAX_FIELD) : value;
  }
  return out;
}
