import { isPlainObject } from './plain-object';

/** A line of a log file; undefined for one that was cut off, such as when the machine went down. */
export function logRecordOf(line: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return isPlainObject(record) ? record : undefined;
  } catch {
    return undefined;
  }
}
