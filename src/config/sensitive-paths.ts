import { REDACTED } from '../common/redactor';
import { isPlainObject } from '../common/plain-object';
import { Json5Document } from './json5-document';
import type { ConfigPath } from './config-path';

/** Last key of a path whose text value is a secret. Numbers such as `maxTokens` never are. */
const SENSITIVE_KEY =
  /^(token|password|secret|apiKey|botToken|appToken|userToken|signingSecret|webhookSecret|appPassword|pushToken|privateKey|authorization|serviceAccount|.*(?:Token|Password|Secret|ApiKey)|[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD))$/;

/** Paths below which every text is treated as a secret. */
const SENSITIVE_PARENTS = new Set(['headers']);

export function isSensitivePath(path: readonly (string | number)[]): boolean {
  const last = path.at(-1);
  if (typeof last === 'string' && SENSITIVE_KEY.test(last)) return true;
  const parent = path.at(-2);
  return typeof parent === 'string' && SENSITIVE_PARENTS.has(parent);
}

/** Texts that only name a variable are no secrets; they may be shown. */
const isReference = (text: string): boolean =>
  /^\$\{([A-Z_][A-Z0-9_]*|secret:[A-Za-z0-9][A-Za-z0-9_.-]*)\}$/.test(text) || text === '';

/** Calls back for each secret text of a configuration value. */
export function forEachSecret(root: unknown, visit: (path: ConfigPath, value: string) => void): void {
  const walk = (value: unknown, path: ConfigPath): void => {
    if (typeof value === 'string') {
      if (isSensitivePath(path) && !isReference(value)) visit(path, value);
    } else if (Array.isArray(value)) value.forEach((entry, index) => walk(entry, [...path, index]));
    else if (isPlainObject(value)) for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key]);
  };
  walk(root, []);
}

/**
 * A copy in which each secret text is replaced by the redaction mark.
 * @param secrets values that are secret wherever they stand
 */
export function redactConfig<T>(root: T, secrets: readonly string[] = []): T {
  const walk = (value: unknown, path: ConfigPath): unknown => {
    if (typeof value === 'string') {
      const isSecret = isSensitivePath(path) || secrets.some((secret) => value.includes(secret));
      return isSecret && !isReference(value) ? REDACTED : value;
    }
    if (Array.isArray(value)) return value.map((entry, index) => walk(entry, [...path, index]));
    if (isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry, [...path, key])]));
    }
    return value;
  };
  return walk(root, []) as T;
}

/** The file's text with each secret replaced, everything else as it stands. */
export function redactRawConfig(raw: string, parsed: unknown): string {
  const document = new Json5Document(raw);
  let found = false;
  forEachSecret(parsed, (path) => {
    document.set(path, REDACTED);
    found = true;
  });
  return found ? document.toString() : raw;
}
