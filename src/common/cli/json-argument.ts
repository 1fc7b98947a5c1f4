import { isPlainObject } from '../plain-object';
import { UsageError } from './cli-error';

/** A JSON object given on the command line. @throws UsageError naming the flag and what is wrong */
export function jsonObject(flag: string, value: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch (error) {
    throw new UsageError(`${flag} must be a JSON object, got ${JSON.stringify(value)}: ${(error as Error).message}`);
  }
  if (!isPlainObject(parsed)) throw new UsageError(`${flag} must be a JSON object, got ${JSON.stringify(value)}`);
  return parsed;
}
