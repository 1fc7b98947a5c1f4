import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../common/clock';
import { type Logger, LoggerFactory } from '../common/logger';
import { OpenclawError } from '../common/openclaw-error';
import { Redactor } from '../common/redactor';
import { ConfigService } from '../config/config.service';
import { GatewayFlags } from '../config/gateway-flags';
import { fingerprintOf, ownCertificate } from './http/own-certificate';
import { type RuntimeSettings, type TlsMaterial, hasOwnCertificate, resolveRuntimeSettings } from './runtime-settings';

/** The settings of this boot. */
@Injectable()
export class RuntimeSettingsService {
  private readonly log: Logger;
  private settings: RuntimeSettings | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly flags: GatewayFlags,
    private readonly redactor: Redactor,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('gateway/settings');
  }

  resolve(): RuntimeSettings {
    this.settings = resolveRuntimeSettings(this.config.config, this.flags, this.config.env, () => this.madeHere());
    this.redactor.addSecret(this.settings.auth.secret);
    return this.settings;
  }

  /** A certificate of the gateway's own making that takes the place of one that ends soon. */
  renewedTls(): TlsMaterial | undefined {
    const { tls } = this.current;
    if (!tls || !hasOwnCertificate(this.config.config.gateway?.tls)) return undefined;
    const { cert, key } = this.madeHere();
    return cert.equals(tls.cert) ? undefined : (this.current.tls = { cert, key });
  }

  private madeHere(): TlsMaterial {
    const { cert, key, isNew } = ownCertificate(this.config.stateDir, this.clock.now());
    if (isNew)
      this.log.warn({ sha256: fingerprintOf(cert) }, 'made a certificate: who trusted another has to trust this one');
    return { cert, key };
  }

  get current(): RuntimeSettings {
    if (!this.settings) throw new OpenclawError('NOT_READY', 'runtime settings are read before they are resolved');
    return this.settings;
  }
}
