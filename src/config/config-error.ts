import { ExitCode } from '../common/exit-codes';
import { OpenclawError, type OpenclawErrorOptions } from '../common/openclaw-error';

export interface ConfigIssue {
  path: string;
  message: string;
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
