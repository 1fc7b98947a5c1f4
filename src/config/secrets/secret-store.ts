import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';
import { OpenclawError } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import type { Environment } from '../environment';
import { resolveStateDir } from '../state-paths';
import { readFromKeychain, storeInKeychain } from './keychain';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const MAX_VALUE = 64 * 1024;

interface Entry {
  iv: string;
  tag: string;
  data: string;
  updatedAtMs: number;
}

interface StoreFile {
  version: 1;
  /** Salt of a key that is made from a passphrase. */
  salt: string;
  entries: Record<string, Entry>;
}

/**
 * Secret values, each encrypted by AES-256-GCM with its name as additional data. The key is `OPENCLAW_SECRETS_KEY` (32
 * bytes in base64 or hex, or a passphrase), or with `OPENCLAW_SECRETS_KEYCHAIN=1` an entry of the system's keychain, or
 * else the file `secrets.key` of the state directory, mode 0600; the last two are made on first use.
 */
export class SecretStore {
  readonly path: string;
  readonly keyPath: string;
  private key: Buffer | undefined;

  constructor(
    stateDir: string,
    private readonly env: Environment,
  ) {
    this.path = join(stateDir, 'secrets.json');
    this.keyPath = join(stateDir, 'secrets.key');
  }

  static of(env: Environment): SecretStore {
    return new SecretStore(resolveStateDir(env), env);
  }

  /** Names and times, sorted; no values. */
  list(): { name: string; updatedAtMs: number }[] {
    return Object.entries(this.read().entries)
      .map(([name, { updatedAtMs }]) => ({ name, updatedAtMs }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws OpenclawError SECRETS_KEY, SECRETS_UNREADABLE */
  get(name: string): string | undefined {
    const file = this.read();
    const entry = Object.hasOwn(file.entries, name) ? file.entries[name] : undefined;
    if (!entry) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.keyFor(file, false), Buffer.from(entry.iv, 'base64'));
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(Buffer.from(entry.tag, 'base64'));
    try {
      return Buffer.concat([decipher.update(Buffer.from(entry.data, 'base64')), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new OpenclawError(
        'SECRETS_KEY',
        `secret "${name}" can't be decrypted: ${this.keySource()} is not the key it was stored with, or ${this.path} was changed`,
        { cause, exitCode: 78 },
      );
    }
  }

  /** @throws OpenclawError SECRET_NAME, SECRET_VALUE */
  set(name: string, value: string): void {
    if (!NAME.test(name))
      throw new OpenclawError(
        'SECRET_NAME',
        `"${name}" is not the name of a secret: letters, digits, ".", "_" and "-" only`,
      );
    if (value === '' || value.length > MAX_VALUE)
      throw new OpenclawError('SECRET_VALUE', `secret "${name}" must have 1 to ${MAX_VALUE} characters`);
    const file = this.read();
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyFor(file, true), iv);
    cipher.setAAD(Buffer.from(name));
    const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    file.entries[name] = {
      iv: iv.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
      updatedAtMs: Date.now(),
    };
    this.write(file);
  }

  /** Returns whether there was such a secret. */
  remove(name: string): boolean {
    const file = this.read();
    if (!Object.hasOwn(file.entries, name)) return false;
    delete file.entries[name];
    this.write(file);
    return true;
  }

  private write(file: StoreFile): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    writeFileAtomic(this.path, `${JSON.stringify(file, null, 2)}\n`, 0o600);
  }

  private read(): StoreFile {
    const text = readTextIfExists(this.path);
    if (text === undefined) return { version: 1, salt: randomBytes(16).toString('base64'), entries: {} };
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    if (!isPlainObject(parsed) || parsed['version'] !== 1 || !isPlainObject(parsed['entries']))
      throw new OpenclawError(
        'SECRETS_UNREADABLE',
        `${this.path} is no secret store of version 1; restore it from a backup`,
        {
          exitCode: 78,
        },
      );
    return parsed as unknown as StoreFile;
  }

  private keySource(): string {
    if (this.env.get('OPENCLAW_SECRETS_KEY') !== undefined) return 'OPENCLAW_SECRETS_KEY';
    const inKeychain = this.env.get('OPENCLAW_SECRETS_KEYCHAIN') === '1' && !existsSync(this.keyPath);
    return inKeychain ? 'the key in the keychain' : this.keyPath;
  }

  private keyFor(file: StoreFile, mayMake: boolean): Buffer {
    this.key ??= this.keyFromEnvironment(file) ?? this.keyFromKeychain(mayMake) ?? this.keyFromFile(mayMake);
    return this.key;
  }

  private keyFromEnvironment(file: StoreFile): Buffer | undefined {
    const given = this.env.get('OPENCLAW_SECRETS_KEY');
    if (given === undefined) return undefined;
    if (/^[0-9a-f]{64}$/i.test(given)) return Buffer.from(given, 'hex');
    const decoded = Buffer.from(given, 'base64');
    if (decoded.length === KEY_BYTES && /^[A-Za-z0-9+/_-]{43}=?$/.test(given)) return decoded;
    return scryptSync(given, Buffer.from(file.salt, 'base64'), KEY_BYTES);
  }

  /** The system's keychain, where `OPENCLAW_SECRETS_KEYCHAIN=1` asks for it and no key file exists. */
  private keyFromKeychain(mayMake: boolean): Buffer | undefined {
    if (this.env.get('OPENCLAW_SECRETS_KEYCHAIN') !== '1' || existsSync(this.keyPath)) return undefined;
    const stored = readFromKeychain(dirname(this.path), this.env);
    if (stored !== undefined) return asKey(stored, 'the key in the keychain');
    if (!mayMake || existsSync(this.path))
      throw new OpenclawError(
        'SECRETS_KEY',
        'the keychain holds no key for this state directory; unlock it or restore it',
        {
          exitCode: 78,
        },
      );
    const made = randomBytes(KEY_BYTES).toString('base64');
    storeInKeychain(dirname(this.path), made, this.env);
    return asKey(made, 'the key in the keychain');
  }

  private keyFromFile(mayMake: boolean): Buffer {
    if (!existsSync(this.keyPath)) {
      if (!mayMake || existsSync(this.path))
        throw new OpenclawError(
          'SECRETS_KEY',
          `${this.keyPath} is missing: restore it, or set OPENCLAW_SECRETS_KEY; without its key the secret store can't be read`,
          { exitCode: 78 },
        );
      mkdirSync(dirname(this.keyPath), { recursive: true, mode: 0o700 });
      writeFileAtomic(this.keyPath, `${randomBytes(KEY_BYTES).toString('base64')}\n`, 0o600);
    }
    if (process.platform !== 'win32' && (statSync(this.keyPath).mode & 0o077) !== 0)
      throw new OpenclawError('SECRETS_KEY', `${this.keyPath} can be read by others; run: chmod 600 ${this.keyPath}`, {
        exitCode: 78,
      });
    return asKey(readFileSync(this.keyPath, 'utf8').trim(), this.keyPath);
  }
}

function asKey(text: string, source: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new OpenclawError('SECRETS_KEY', `${source} must hold ${KEY_BYTES} bytes in base64`, { exitCode: 78 });
}
