import { cutText } from '../../common/cut-text';
import { isPlainObject } from '../../common/plain-object';
import { isDeclarable } from './declared-folder';
import type { SkillFault } from './frontmatter';

/** What a skill's commands may use. Nothing else is given to them without a question. */
export interface Capabilities {
  /** Names of programs. */
  programs: readonly string[];
  /** Hosts that may be reached: `example.org`, or `*.example.org` for all below it. */
  network: readonly string[];
  /** Folders outside the workspace that may be read: absolute, or `~/…`. */
  paths: readonly string[];
  /** Environment variables with secrets that commands get. */
  secrets: readonly string[];
}

const FORMS: Readonly<Record<keyof Capabilities, RegExp>> = {
  programs: /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/,
  network: /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
  paths: /^~?(\/[\w.@+ -]+)+\/?$/,
  secrets: /^[A-Z][A-Z0-9_]*$/,
};

/** Entries that say too much or make no sense are left out with a warning: what is not declared is not given. */
export function readCapabilities(value: unknown, line: number, warnings: SkillFault[]): Capabilities {
  const read = (key: keyof Capabilities): string[] => {
    const entries = isPlainObject(value) ? value[key] : undefined;
    if (entries === undefined) return [];
    if (!Array.isArray(entries)) {
      warnings.push({ line, reason: `capabilities.${key} must be a list` });
      return [];
    }
    return entries.flatMap((entry: unknown) => {
      const text = typeof entry === 'string' ? entry.trim() : '';
      const bad = !FORMS[key].test(text) || (key === 'paths' && !isDeclarable(text));
      if (!bad) return [text];
      warnings.push({ line, reason: `capabilities.${key}: "${cutText(String(entry), 60)}" is not accepted` });
      return [];
    });
  };
  if (!isPlainObject(value)) warnings.push({ line, reason: 'capabilities must be an object' });
  return { programs: read('programs'), network: read('network'), paths: read('paths'), secrets: read('secrets') };
}
