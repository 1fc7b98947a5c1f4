import { type ClassRef, type FieldSchema, type ReloadKind, fieldsOf } from '../common/validation/field-registry';
import { isPlainObject } from '../common/plain-object';
import { OpenclawConfig } from './openclaw.config';

export interface ConfigChange {
  path: string;
  /** The same, key by key: keys may hold dots. */
  keys: readonly string[];
  /** `none`: read at the next use; `hot`: somebody takes it over at once; `restart`: only a start reads it. */
  kind: ReloadKind;
}

/** What differs between two configurations, each path with what has to happen. The rules stand beside the fields. Pure. */
export function reloadPlan(
  before: unknown,
  after: unknown,
  isLoadedChannel: (id: string) => boolean = () => true,
): ConfigChange[] {
  return changedPaths(before, after, []).map((path) => {
    const [section, id] = path;
    const isNew = section === 'channels' && id !== undefined && id !== 'defaults' && !isLoadedChannel(id);
    return { path: path.join('.'), keys: path, kind: isNew ? 'restart' : kindOf(path) };
  });
}

/** The rule of the longest described part of a path. */
function kindOf(path: readonly string[]): ReloadKind {
  let cls: ClassRef | undefined = OpenclawConfig;
  let kind: ReloadKind = 'restart';
  let insideCollection = false;
  for (const key of path) {
    if (!cls) break;
    if (insideCollection) {
      insideCollection = false;
      continue;
    }
    const field: FieldSchema | undefined = fieldsOf(cls).get(key);
    kind = field?.reload ?? kind;
    insideCollection = field?.shape === 'list' || field?.shape === 'map';
    cls = field?.nested?.();
  }
  return kind;
}

function changedPaths(before: unknown, after: unknown, path: readonly string[]): string[][] {
  if (before === after || JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isPlainObject(before) || !isPlainObject(after)) {
    if (path.length > 0 && path.length < 3 && (isPlainObject(before) || isPlainObject(after)))
      return changedPaths(isPlainObject(before) ? before : {}, isPlainObject(after) ? after : {}, path);
    return [[...path]];
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].sort().flatMap((key) => changedPaths(before[key], after[key], [...path, key]));
}
