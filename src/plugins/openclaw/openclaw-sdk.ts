import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

type Facts = Record<string, unknown>;
interface ReadOptions {
  required?: boolean;
  trim?: boolean;
  label?: string;
  allowEmpty?: boolean;
  integer?: boolean;
}

/** A parameter that the model gave wrongly: OpenClaw shows such an error to it. */
class ToolInputError extends Error {
  readonly status = 400;
  override readonly name = 'ToolInputError';
}

/** A parameter by its name, or by its name in snake_case. */
const given = (params: Facts, key: string): unknown =>
  params[key] ?? params[key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];

function missing(key: string, { required, label }: ReadOptions): undefined {
  if (required) throw new ToolInputError(`${label ?? key} required`);
  return undefined;
}

function readStringParam(params: Facts, key: string, options: ReadOptions = {}): string | undefined {
  const value = given(params, key);
  if (typeof value !== 'string') return missing(key, options);
  const text = options.trim === false ? value : value.trim();
  return text === '' && !options.allowEmpty ? missing(key, options) : text;
}

function readNumberParam(params: Facts, key: string, options: ReadOptions = {}): number | undefined {
  const value = given(params, key);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return missing(key, options);
  return options.integer ? Math.trunc(number) : number;
}

function readStringArrayParam(params: Facts, key: string, options: ReadOptions = {}): string[] | undefined {
  const value = given(params, key);
  const texts = [value].flat().filter((each): each is string => typeof each === 'string' && each.trim() !== '');
  return texts.length > 0 ? texts.map((each) => each.trim()) : missing(key, options);
}

const textResult = (text: string, details?: unknown): object => ({ content: [{ type: 'text', text }], details });
const jsonResult = (value: unknown): object => textResult(JSON.stringify(value, null, 2), value);
const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isRecord = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Runs what has one key one after the other, and different keys beside each other. */
class KeyedAsyncQueue {
  private readonly tails = new Map<string, Promise<unknown>>();

  enqueue<T>(key: string, work: () => Promise<T>): Promise<T> {
    const next = (this.tails.get(key) ?? Promise.resolve()).then(work, work);
    this.tails.set(key, next);
    const clear = (): void => void (this.tails.get(key) === next && this.tails.delete(key));
    next.then(clear, clear);
    return next;
  }
}

/** `check(key)` says whether a key was there within the time. */
function createDedupeCache({ ttlMs, maxSize }: { ttlMs: number; maxSize: number }): object {
  const seen = new Map<string, number>();
  const prune = (now: number): void => {
    for (const [key, at] of seen) if ((ttlMs > 0 && now - at >= ttlMs) || seen.size > maxSize) seen.delete(key);
  };
  return {
    check: (key: string | null | undefined, now = Date.now()): boolean => {
      if (!key) return false;
      prune(now);
      const was = seen.delete(key);
      seen.set(key, now);
      return was;
    },
    peek: (key: string, now = Date.now()): boolean => (prune(now), seen.has(key)),
    delete: (key: string) => void seen.delete(key),
    clear: () => seen.clear(),
    size: () => seen.size,
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function writeJson(path: string, value: unknown): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return Promise.resolve();
}

const stringEnum = (values: readonly string[], options: Facts = {}): object => ({
  type: 'string',
  enum: [...values],
  ...options,
});
const emptySchema = (): object => ({
  safeParse: (value: unknown) => ({ success: true, data: value ?? {} }),
  jsonSchema: { type: 'object', additionalProperties: false, properties: {} },
});

const SDK = {
  definePluginEntry: <T>(entry: T): T => entry,
  defineSingleProviderPluginEntry: <T>(entry: T): T => entry,
  emptyPluginConfigSchema: emptySchema,
  buildPluginConfigSchema: <T>(schema: T): T => schema,
  ToolInputError,
  ToolAuthorizationError: class extends ToolInputError {},
  readStringParam,
  readStringOrNumberParam: (params: Facts, key: string, options: ReadOptions = {}): string | undefined => {
    const value = given(params, key);
    return typeof value === 'number' && Number.isFinite(value) ? String(value) : readStringParam(params, key, options);
  },
  readNumberParam,
  readStringArrayParam,
  jsonResult,
  textResult,
  payloadTextResult: jsonResult,
  failedTextResult: textResult,
  stringEnum,
  optionalStringEnum: stringEnum,
  createActionGate:
    (actions: Record<string, boolean | undefined> | undefined) =>
    (key: string, fallback = true): boolean =>
      actions?.[key] ?? fallback,
  DEFAULT_ACCOUNT_ID: 'default',
  normalizePluginHttpPath: (path?: string | null, fallback?: string | null): string | null => {
    const chosen = path?.trim() || fallback?.trim();
    return chosen ? (chosen.startsWith('/') ? chosen : `/${chosen}`) : null;
  },
  resolvePreferredOpenClawTmpDir: (): string => tmpdir(),
  resolveUserPath: (path: string): string =>
    path.trim().startsWith('~') ? join(homedir(), path.trim().slice(1)) : resolve(path.trim()),
  KeyedAsyncQueue,
  createDedupeCache,
  readJsonFileWithFallback: (path: string, fallback: unknown): Promise<{ value: unknown; exists: boolean }> => {
    const value = readJson(path);
    return Promise.resolve({ value: value ?? fallback, exists: value !== undefined });
  },
  loadJsonFile: readJson,
  writeJsonFileAtomically: writeJson,
  saveJsonFile: (path: string, value: unknown) => void writeJson(path, value),
  formatErrorMessage: errorMessage,
  extractErrorCode: (error: unknown): string | undefined =>
    isRecord(error) && ['string', 'number'].includes(typeof error['code']) ? String(error['code']) : undefined,
  isRecord,
  isPlainObject: isRecord,
  asRecord: (value: unknown): Facts => (isRecord(value) ? value : {}),
  sleep: (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms)),
  clampNumber: (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value)),
  clampInt: (value: number, min: number, max: number): number => Math.max(min, Math.min(max, Math.floor(value))),
  escapeRegExp: (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  normalizeOptionalString: (value: unknown): string | undefined =>
    (typeof value === 'string' && value.trim()) || undefined,
  normalizeStringEntries: (list?: readonly unknown[]): string[] =>
    (list ?? []).map((each) => String(each).trim()).filter((each) => each !== ''),
  hasConfiguredSecretInput: (value: unknown): boolean =>
    (typeof value === 'string' && value.trim() !== '') || isRecord(value),
  normalizeSecretInputString: (value: unknown): string | undefined =>
    (typeof value === 'string' && value.trim()) || undefined,
  createPluginRuntimeStore: (message: string): object => {
    let runtime: unknown;
    return {
      setRuntime: (next: unknown) => void (runtime = next),
      clearRuntime: () => void (runtime = undefined),
      tryGetRuntime: () => runtime ?? null,
      getRuntime: () => {
        if (runtime === undefined) throw new Error(message);
        return runtime;
      },
    };
  },
};

/** What is not here says so by its name when it is called, not by `undefined is not a function`. */
export = new Proxy(SDK as Facts, {
  get: (sdk, key) => {
    if (typeof key !== 'string' || key in sdk || key === '__esModule' || key === 'default' || key === 'then')
      return sdk[key as string];
    return function missingInSdk(): never {
      throw new Error(`openclaw/plugin-sdk: ${key} is not offered here`);
    };
  },
});
