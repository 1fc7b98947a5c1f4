import { type DynamicModule, Global, Module, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../common/boot-step';
import { Redactor } from '../common/redactor';
import { ConfigOriginsRpc } from './config-origins.rpc';
import { ConfigReviewRpc } from './config-review.rpc';
import { ConfigRpc } from './config.rpc';
import { ConfigService } from './config.service';
import { Environment } from './environment';
import { GatewayFlags } from './gateway-flags';
import { RestartControl } from './restart-control';
import { SecretsRpc } from './secrets/secrets.rpc';

/** Environment, configuration and what is derived from them without any other part. Global; imports nothing. */
@BootStep({ ready: { name: 'load config', onFailure: 'fatal' } })
@Global()
@Module({})
export class ConfigModule implements OnModuleInit {
  constructor(private readonly config: ConfigService) {}

  static forRoot(env: Environment, flags: GatewayFlags = {}): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: Environment, useValue: env },
        { provide: GatewayFlags, useValue: flags },
        { provide: Redactor, useValue: new Redactor() },
        ConfigService,
        ConfigRpc,
        ConfigReviewRpc,
        ConfigOriginsRpc,
        SecretsRpc,
        RestartControl,
      ],
      exports: [Environment, GatewayFlags, Redactor, ConfigService, RestartControl],
    };
  }

  onModuleInit(): void {
    this.config.load();
  }
}
