import { REDACTED } from '../common/redactor';
import { isPlainObject } from '../common/plain-object';
import { hideComments } from './config-comments';
import { Json5Document } from './json5-document';
import type { ConfigPath } from './config-path';
import { holdsReference } from './references';

/** As the names of variables end that hold secrets. */
const SECRET_VARIABLE = /^[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD)$/;
/** Last words of names of secrets, however their words are joined: `botToken`, `bot_token`, `bot-token`. */
const SECRET_WORDS = new Set(
  (
    'token password secret passphrase passwd pwd credential credentials cookie jwt bearer dsn authorization pass ' +
    'passcode passkey pat otp mnemonic'
  ).split(' '),
);
const SECRET_PAIRS = new Set(
  (
    'api key|private key|secret key|access key|signing key|encryption key|service account|connection string|account key|' +
    'auth key|deploy key|license key|master key|sas key|shared key|ssh key|storage key|subscription key|seed phrase'
  ).split('|'),
);

/** Whether a text of this name is a secret. Numbers such as `maxTokens` never are. */
function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const [last = ''] = words.slice(-1);
  return (
    SECRET_VARIABLE.test(name) ||
    SECRET_WORDS.has(last) ||
    SECRET_PAIRS.has(words.slice(-2).join(' ')) ||
    last === 'apikey'
  );
}

/** Paths below which every text is treated as a secret. */
const SENSITIVE_PARENTS = new Set(['headers']);

export function isSensitivePath(path: readonly (string | number)[]): boolean {
  // Of several values in a list each is what its name says.
  const names = path.slice(0, path.findLastIndex((key) => typeof key === 'string') + 1);
  const last = names.at(-1);
  if (typeof last === 'string' && isSecretName(last)) return true;
  const parent = names.at(-2);
  return typeof parent === 'string' && SENSITIVE_PARENTS.has(parent);
}

/** Texts that only name a variable are no secrets; they may be shown. */
const isReference = (text: string): boolean =>
  /^\$\{([A-Z_][A-Z0-9_]*|secret:[A-Za-z0-9][A-Za-z0-9_.-]*)\}$/.test(text) || text === '';

/** Calls back for each secret text of a configuration value that stands there itself; what refers to one is none. */
export function forEachSecret(root: unknown, visit: (path: ConfigPath, value: string) => void): void {
  const walk = (value: unknown, path: ConfigPath): void => {
    if (typeof value === 'string') {
      if (isSensitivePath(path) && value !== '' && !holdsReference(value)) visit(path, value);
    } else if (Array.isArray(value)) value.forEach((entry, index) => walk(entry, [...path, index]));
    else if (isPlainObject(value)) for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key]);
  };
  walk(root, []);
}

/** Whatever stands below these is somebody's environment, head or command line, and may be a secret whatever its name is. */
const HIDDEN_PARENTS = new Set(['env', 'headers', 'extraHeaders', 'args']);
const ADDRESS = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;

/** Whether a text is hidden where it stands: by its place, or for an address that holds more than where it leads. */
export function isHidden(path: readonly (string | number)[], value: string): boolean {
  if (isReference(value)) return false;
  return (
    isSensitivePath(path) ||
    path.slice(0, -1).some((key) => HIDDEN_PARENTS.has(String(key))) ||
    SECRET_FORMS.some((form) => form.test(value)) ||
    hasSecretPart(value)
  );
}

/** Texts that say themselves that a secret is in them, wherever they stand. */
const SECRET_FORMS = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // `Server=h;Password=…`, `h?token=…`, `server --api-key …`
  /\b(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)=[^\s;&]/i,
  /(?:^|\s)--?(?:password|secret|token|api-?key|access-?key)[\s=]\S/i,
  // `user:password@host`, which is an address for whoever expects one.
  /(?:^|\s)[^\s/@:]+:[^\s/@]+@[\w.-]+(?:[:/\s]|$)/,
];

/** A part of a path that nobody could guess: addresses that are a secret themselves, as those of webhooks, hold one. */
const opaqueSegments = (pathname: string): string[] =>
  pathname
    .split('/')
    .filter((segment) => (segment.match(/\w{16,}/g) ?? []).some((run) => /\d/.test(run) && /[a-z]/i.test(run)));

/** Credentials, and what is asked for: tokens stand in both. An address that can't be parsed is not shown either. */
function hasSecretPart(text: string): boolean {
  return (text.match(ADDRESS) ?? []).some((address) => {
    if (!URL.canParse(address)) return true;
    const { username, password, pathname, search, hash } = new URL(address);
    const isAsked = search !== '' || hash.includes('=') || opaqueSegments(pathname).length > 0;
    return username !== '' || password !== '' || isAsked;
  });
}

/** Calls back for each text that must not turn up in logs, errors and results. */
export function forEachHiddenValue(root: unknown, visit: (value: string) => void): void {
  const walk = (value: unknown, path: ConfigPath): void => {
    if (typeof value === 'string') {
      if (!isHidden(path, value)) return;
      if (isSensitivePath(path) || isOpaque(value)) visit(value);
      for (const address of value.match(ADDRESS) ?? []) for (const part of secretParts(address)) visit(part);
    } else if (Array.isArray(value)) value.forEach((entry, index) => walk(entry, [...path, index]));
    else if (isPlainObject(value)) for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key]);
  };
  walk(root, []);
}

/** Words, paths, packages and flags of an environment or a command line turn up everywhere; they are no keys. */
const isOpaque = (value: string): boolean =>
  value.length >= 8 && !/[/\\\s]/.test(value) && !/^[-@]/.test(value) && /\d/.test(value) && /[a-z]/i.test(value);

function secretParts(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const { password, pathname, searchParams } = new URL(address);
  return [password, safelyDecoded(password), ...searchParams.values(), ...opaqueSegments(pathname)].filter(
    (part) => part.length >= 6,
  );
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A copy in which each text that is hidden by its place, or holds a value of the secret store, is the redaction mark.
 * @param secrets values that are secret wherever they stand
 * @param at where the value stands in the configuration
 */
export function redactConfig<T>(root: T, secrets: readonly string[] = [], at: ConfigPath = []): T {
  const isSecret = (value: string): boolean =>
    secrets.some((secret) => secret !== '' && (secret.length < 6 ? value === secret : value.includes(secret)));
  const walk = (value: unknown, path: ConfigPath): unknown => {
    if (typeof value === 'string') return isHidden(path, value) || isSecret(value) ? REDACTED : value;
    if (Array.isArray(value)) return value.map((entry, index) => walk(entry, [...path, index]));
    if (isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry, [...path, key])]));
    }
    return value;
  };
  return walk(root, at) as T;
}

/** The file's text with each hidden text and each comment replaced, everything else as it stands. */
export function redactRawConfig(raw: string, parsed: unknown, secrets: readonly string[] = []): string {
  const document = new Json5Document(raw);
  const shown = redactConfig(parsed, secrets);
  let found = false;
  const walk = (value: unknown, path: ConfigPath): void => {
    if (value === REDACTED) {
      document.set(path, REDACTED);
      found = true;
    } else if (Array.isArray(value)) value.forEach((entry, index) => walk(entry, [...path, index]));
    else if (isPlainObject(value)) for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key]);
  };
  walk(shown, []);
  return hideComments(found ? document.toString() : raw);
}
