import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../common/openclaw-error';
import { Redactor } from '../common/redactor';
import { ConfigService } from '../config/config.service';
import { GatewayFlags } from '../config/gateway-flags';
import { type RuntimeSettings, resolveRuntimeSettings } from './runtime-settings';

/** The settings of this boot. */
@Injectable()
export class RuntimeSettingsService {
  private settings: RuntimeSettings | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly flags: GatewayFlags,
    private readonly redactor: Redactor,
  ) {}

  resolve(): RuntimeSettings {
    this.settings = resolveRuntimeSettings(this.config.config, this.flags, this.config.env);
    this.redactor.addSecret(this.settings.auth.secret);
    return this.settings;
  }

  get current(): RuntimeSettings {
    if (!this.settings) throw new OpenclawError('NOT_READY', 'runtime settings are read before they are resolved');
    return this.settings;
  }
}
