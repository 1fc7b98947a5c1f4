import { ExitCode } from '../common/exit-codes';
import { OpenclawError, type OpenclawErrorOptions } from '../common/openclaw-error';

/** What lies behind an issue where that is more than a value that is not allowed. */
export type ConfigCause =
  /** The text is no JSON5; or the store of secrets can't be read. */
  | { kind: 'syntax' | 'secret_store' }
  /** A variable of the environment, a stored secret, or what a provider of secrets has, is not there. */
  | { kind: 'variable' | 'secret' | 'secret_provider'; name: string };

export interface ConfigIssue {
  path: string;
  message: string;
  cause?: ConfigCause;
}

/** The configuration can't be used. Ends a boot with exit code 78. */
export class ConfigError extends OpenclawError {
  constructor(code: string, message: string, options: OpenclawErrorOptions = {}) {
    super(code, message, { exitCode: ExitCode.configuration, ...options });
  }
}

export class ConfigInvalidError extends ConfigError {
  constructor(
    readonly file: string,
    readonly issues: readonly ConfigIssue[],
  ) {
    super(
      'CONFIG_INVALID',
      `${file} is not valid:\n${issues.map((issue) => `  ${issue.path || '(root)'}: ${issue.message}`).join('\n')}`,
      { details: { issues } },
    );
  }
}

/** Somebody else changed the file since the caller read it. Nothing was written. */
export class ConfigConflictError extends OpenclawError {
  constructor(message: string) {
    super('CONFIG_CONFLICT', message);
  }
}
