import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

/** Legacy prefix that OpenClaw still reads for each of its variables. */
const LEGACY_PREFIX = 'CLAWDBOT_';
const PREFIX = 'OPENCLAW_';

/** Variables that a `.env` file may not set: they would change how this very process or its children load code. */
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
   * Reads `.env` of the working directory, then of the state directory. Never overrides.
   * @returns names of variables that were refused because they would change how code is loaded.
   */
  loadDotenv(workingDirectory: string, stateDir: string): string[] {
    const refused: string[] = [];
    for (const file of new Set([join(resolve(workingDirectory), '.env'), join(stateDir, '.env')])) {
      if (!existsSync(file)) continue;
      for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) {
        if (NEVER_FROM_DOTENV.test(name)) refused.push(name);
        else this.setDefault(name, value ?? '');
      }
    }
    return refused;
  }

  private legacy(name: string): string | undefined {
    return name.startsWith(PREFIX) ? this.variables[LEGACY_PREFIX + name.slice(PREFIX.length)] : undefined;
  }
}
