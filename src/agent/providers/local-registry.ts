import { SilentLoggerFactory } from '../../common/logger';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import type { Environment } from '../../config/environment';
import { CredentialProfiles } from './credential-profiles.service';
import { ModelFactsService } from './facts/model-facts.service';
import { ModelRegistry } from './model-registry.service';

/** What a gateway would know of models with this configuration, for commands that need none. */
export interface LocalModels {
  config: ConfigService;
  registry: ModelRegistry;
  profiles: CredentialProfiles;
}

/** @throws ConfigInvalidError */
export async function openLocalModels(env: Environment): Promise<LocalModels> {
  const redactor = new Redactor();
  const config = new ConfigService(env, redactor);
  env.loadOwnDotenv(config.stateDir);
  config.load();
  const loggers = new SilentLoggerFactory();
  const registry = new ModelRegistry(config, redactor, new ModelFactsService(config, loggers), loggers);
  await registry.discover([]);
  return { config, registry, profiles: new CredentialProfiles(config, redactor, loggers) };
}
