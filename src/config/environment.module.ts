import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { BootStep, type BootStepVerdict } from '../common/boot-step';
import { OpenclawError } from '../common/openclaw-error';
import { ExitCode } from '../common/exit-codes';
import { Environment } from './environment';
import { resolveStateDir } from './state-paths';

/** First step: `.env` files, then a look at variables that must make sense before anything is read. */
@BootStep({ ready: { name: 'environment', onFailure: 'fatal' } })
@Global()
@Module({})
export class EnvironmentModule implements OnModuleInit {
  constructor(private readonly env: Environment) {}

  onModuleInit(): BootStepVerdict | void {
    const refused = this.env.loadOwnDotenv(resolveStateDir(this.env));
    const left = this.env.loadForeignKeys(process.cwd());
    for (const name of [...refused, ...left]) this.env.leftOut.add(name);
    for (const name of ['OPENCLAW_GATEWAY_PORT', 'OPENCLAW_UI_PORT']) {
      const value = this.env.get(name);
      const isPort = value === undefined || (/^\d+$/.test(value) && Number(value) <= 65535);
      if (!isPort) {
        throw new OpenclawError(
          'ENVIRONMENT_INVALID',
          `${name} must be a port number from 0 to 65535, got ${JSON.stringify(value)}`,
          {
            exitCode: ExitCode.configuration,
          },
        );
      }
    }
    for (const name of ['OPENCLAW_DATABASE_URL', 'OPENCLAW_REDIS_URL']) {
      const value = this.env.get(name);
      if (value !== undefined && !URL.canParse(value)) {
        throw new OpenclawError(
          'ENVIRONMENT_INVALID',
          `${name} must be a URL such as ${name.includes('REDIS') ? 'redis' : 'postgres'}://host/name`,
          {
            exitCode: ExitCode.configuration,
          },
        );
      }
    }
  }
}
