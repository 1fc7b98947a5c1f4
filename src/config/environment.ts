import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { parseEnv } from 'node:util';
import { readBoundedFile } from '../common/bounded-file';
import { decodeOwnText } from '../common/text/decode-text';
import { PROVIDER_KEYS } from './provider-keys';

/** Legacy prefix that OpenClaw still reads for each of its variables. */
const LEGACY_PREFIX = 'CLAWDBOT_';
const PREFIX = 'OPENCLAW_';

/** No `.env` file is larger. */
const MAX_DOTENV_BYTES = 256 * 1024;
const FROM_FOREIGN_FOLDER: ReadonlySet<string> = new Set(PROVIDER_KEYS);

/** Variables that the owner's `.env` may not set either: they would change how this process or its children load code. */
const NEVER_FROM_DOTENV = /^(NODE_OPTIONS|NODE_PATH|LD_PRELOAD|LD_LIBRARY_PATH|DYLD_.*|PATH|HOME|SHELL|BASH_ENV|ENV)$/;

/** On/off variables the gateway knows; their names (never values) appear in the boot log. */
export const SWITCHES = [
  'OPENCLAW_SKIP_CHANNELS',
  'OPENCLAW_SKIP_PROVIDERS',
  'OPENCLAW_SKIP_CRON',
  'OPENCLAW_SKIP_CANVAS_HOST',
  'OPENCLAW_SKIP_GMAIL_WATCHER',
  'OPENCLAW_SKIP_BROWSER_CONTROL_SERVER',
  'OPENCLAW_SKIP_UPDATE_CHECK',
  'OPENCLAW_DISABLE_BONJOUR',
  'OPENCLAW_NIX_MODE',
  'OPENCLAW_ALLOW_MULTI_GATEWAY',
] as const;
export type Switch = (typeof SWITCHES)[number];

/**
 * The one reader of environment variables. Each OPENCLAW_X is also read as CLAWDBOT_X.
 * Built from `process.env` by the executables and by hand in tests.
 */
export class Environment {
  /** Names that `.env` files hold and the gateway did not take; the boot log has them. */
  readonly leftOut = new Set<string>();

  constructor(private readonly variables: NodeJS.ProcessEnv = process.env) {}

  get(name: string): string | undefined {
    const value = this.variables[name] ?? this.legacy(name);
    return value === undefined || value === '' ? undefined : value;
  }

  isOn(name: Switch): boolean {
    return /^(1|true|yes|on)$/i.test(this.get(name) ?? '');
  }

  /** Switches that are on, by name. */
  activeSwitches(): Switch[] {
    return SWITCHES.filter((name) => this.isOn(name));
  }

  get home(): string {
    return this.get('OPENCLAW_HOME') ?? this.get('HOME') ?? homedir();
  }

  /** A copy for child processes and `${VAR}` substitution. */
  all(): NodeJS.ProcessEnv {
    return { ...this.variables };
  }

  /** Sets a variable unless it has a value already. Returns whether it was set. */
  setDefault(name: string, value: string): boolean {
    if (this.get(name) !== undefined) return false;
    this.variables[name] = value;
    return true;
  }

  /** Replaces a variable, for derived values such as the published port. */
  set(name: string, value: string): void {
    this.variables[name] = value;
  }

  /**
   * Takes out of the search path what depends on the folder that this was called in: `.`, an empty entry, any relative one.
   * Whatever lies there would pass for any program that is started by its name.
   */
  keepFixedSearchPath(): void {
    const path = this.get('PATH');
    if (path !== undefined) this.variables['PATH'] = path.split(delimiter).filter(isAbsolute).join(delimiter);
  }

  /**
   * Reads `.env` of the state directory, the owner's own file. Never overrides.
   * @returns names that were refused because they would change how code is loaded
   */
  loadOwnDotenv(stateDir: string): string[] {
    return this.loadDotenv(join(stateDir, '.env'), (name) => !NEVER_FROM_DOTENV.test(name));
  }

  /**
   * Reads keys of known providers from the `.env` of a folder that anybody may have filled, a cloned repository say.
   * Comes after {@link loadOwnDotenv}, and never overrides.
   * @returns names that were left out
   */
  loadForeignKeys(folder: string): string[] {
    return this.loadDotenv(join(folder, '.env'), (name) => FROM_FOREIGN_FOLDER.has(name));
  }

  private loadDotenv(file: string, isTaken: (name: string) => boolean): string[] {
    const bytes = readBoundedFile(file, MAX_DOTENV_BYTES);
    if (bytes === undefined) return [];
    const refused: string[] = [];
    for (const [name, value] of Object.entries(parseEnv(decodeOwnText(bytes)))) {
      if (isTaken(name)) this.setDefault(name, value ?? '');
      else refused.push(name);
    }
    return refused;
  }

  private legacy(name: string): string | undefined {
    return name.startsWith(PREFIX) ? this.variables[LEGACY_PREFIX + name.slice(PREFIX.length)] : undefined;
  }
}
