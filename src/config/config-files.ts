import { printJson, printLine, printNote } from '../common/cli/output';
import { ConfigHistory } from './config-history';
import type { ConfigSnapshot } from './config-snapshot';
import { ConfigWriter } from './config-writer';
import type { Environment } from './environment';
import { loadConfig } from './load-config';
import { resolveConfigPath, resolveStateDir } from './state-paths';

/** Who writes, for the history. */
export const BY_COMMAND = { by: 'command line' };

/** The files that commands work on; read at each call, nothing is cached between commands. */
export class ConfigFiles {
  readonly path: string;
  readonly stateDir: string;

  constructor(readonly env: Environment) {
    this.stateDir = resolveStateDir(env);
    env.loadOwnDotenv(this.stateDir);
    this.path = resolveConfigPath(env, this.stateDir);
  }

  load(): ConfigSnapshot {
    return loadConfig(this.path, this.env);
  }

  get writer(): ConfigWriter {
    return new ConfigWriter(this.path, this.env);
  }

  get history(): ConfigHistory {
    return new ConfigHistory(this.path);
  }
}

/** The files of the gateway that a command asks; undefined where that gateway is elsewhere. */
export function filesOfGateway(env: Environment, { url }: { url?: string }): ConfigFiles | undefined {
  const files = new ConfigFiles(env);
  return url === undefined && files.load().config.gateway?.mode !== 'remote' ? files : undefined;
}

/** Says what a command has written. @param more of it for programs */
export function reportWrite(snapshot: ConfigSnapshot, asJson: boolean, what: string, more: object = {}): void {
  if (asJson) printJson({ ok: true, path: snapshot.path, hash: snapshot.hash, warnings: snapshot.warnings, ...more });
  else {
    for (const warning of snapshot.warnings) printNote(`warning: ${warning.path}: ${warning.message}`);
    printLine(`${what} (${snapshot.path})`);
  }
}
