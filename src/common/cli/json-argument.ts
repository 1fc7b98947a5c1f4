import { isPlainObject } from '../plain-object';
import { UsageError } from './cli-error';

/** A JSON object given on the command line. @throws UsageError naming the flag and what is wrong */
export function jsonObject(flag: string, value: string): Record<string, unknown> {
  const parsed = jsonOf(flag, value, 'object');
  if (!isPlainObject(parsed)) throw new UsageError(`${flag} must be a JSON object, got ${JSON.stringify(value)}`);
  return parsed;
}

/** A JSON list given on the command line. @throws UsageError naming the flag and what is wrong */
export function jsonList(flag: string, value: string): unknown[] {
  const parsed = jsonOf(flag, value, 'list');
  if (!Array.isArray(parsed)) throw new UsageError(`${flag} must be a JSON list, got ${JSON.stringify(value)}`);
  return parsed as unknown[];
}

function jsonOf(flag: string, value: string, what: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new UsageError(`${flag} must be a JSON ${what}, got ${JSON.stringify(value)}: ${(error as Error).message}`);
  }
}
