import { isPlainObject } from '../common/plain-object';
import { type ConfigIssue } from './config-error';
import { formatConfigPath } from './config-path';

const VARIABLE = /\$\$\{([A-Z_][A-Z0-9_]*)\}|\$\{([A-Z_][A-Z0-9_]*)\}/g;

export interface SubstitutionResult {
  value: unknown;
  issues: ConfigIssue[];
  /** Path → name of the variable that gave the value. */
  origins: Map<string, string>;
  /** Values that came from the environment. */
  used: string[];
}

/** Replaces `${VAR}` in every string value; `$${VAR}` gives the text `${VAR}`. */
export function substituteVariables(root: unknown, lookup: (name: string) => string | undefined): SubstitutionResult {
  const issues: ConfigIssue[] = [];
  const origins = new Map<string, string>();
  const used: string[] = [];

  const walk = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value === 'string') return substitute(value, path);
    if (Array.isArray(value)) return value.map((entry, index) => walk(entry, [...path, index]));
    if (isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry, [...path, key])]));
    }
    return value;
  };

  const substitute = (text: string, path: readonly (string | number)[]): string => {
    if (!text.includes('${')) return text;
    return text.replace(VARIABLE, (whole, escaped: string | undefined, name: string | undefined) => {
      if (escaped !== undefined) return whole.slice(1);
      const found = lookup(name ?? '');
      if (found === undefined) {
        issues.push({
          path: formatConfigPath(path),
          message: `environment variable ${name} is not set; set it, or write $\${${name}} for the plain text`,
        });
        return '';
      }
      origins.set(formatConfigPath(path), name ?? '');
      used.push(found);
      return found;
    });
  };

  return { value: walk(root, []), issues, origins, used };
}
