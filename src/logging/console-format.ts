import { visibleJson, visibleText } from '../common/visible-text';

export type ConsoleStyle = 'pretty' | 'compact' | 'json';

const COLOURS: Record<string, string> = {
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[31m',
  debug: '\u001b[2m',
  trace: '\u001b[2m',
};
const RESET = '\u001b[0m';

export interface LogRecord {
  time: string;
  level: string;
  subsystem?: string;
  msg: string;
  [field: string]: unknown;
}

/** One console line for a log record that was already serialised and redacted. */
export function formatForConsole(json: string, style: ConsoleStyle, colour: boolean): string {
  if (style === 'json') return visibleJson(json);
  const { time, level, subsystem, msg, ...fields } = JSON.parse(json) as LogRecord;
  const clock = style === 'pretty' ? new Date(time).toTimeString().slice(0, 8) : time;
  const rest = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const line = visibleText(
    `${clock} ${level === 'info' ? '' : `${level} `}${subsystem ? `[${subsystem}] ` : ''}${msg}${rest.join('')}`,
  );
  const tint = colour ? COLOURS[level] : undefined;
  return `${tint ? `${tint}${line}${RESET}` : line}\n`;
}
