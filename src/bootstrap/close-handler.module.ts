import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BootStep } from '../common/boot-step';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { RestartControl } from '../config/restart-control';

/**
 * Last step: what may end or restart the running gateway from outside is armed. SIGTERM and SIGINT belong to the
 * process root, which has them from its first moment on; both ways lead to the same close.
 */
@BootStep({ visible: { name: 'close handler', onFailure: 'fatal' } })
@Module({})
export class CloseHandlerModule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private isArmed = false;
  private readonly onRestartSignal = (): void => this.restart();
  private readonly onRejection = (reason: unknown): void => {
    this.log.error({ error: reason }, `an error that nobody waited for: ${messageOf(reason)}`);
  };

  constructor(
    private readonly config: ConfigService,
    private readonly control: RestartControl,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('gateway');
  }

  onApplicationBootstrap(): void {
    process.on('SIGUSR1', this.onRestartSignal);
    process.on('unhandledRejection', this.onRejection);
    this.isArmed = true;
  }

  onModuleDestroy(): void {
    if (this.isArmed) this.log.info({ reason: this.control.intent.reason }, 'gateway is stopping');
    process.off('SIGUSR1', this.onRestartSignal);
    process.off('unhandledRejection', this.onRejection);
  }

  private restart(): void {
    if (this.config.config.commands?.restart === true) this.control.request({ reason: 'SIGUSR1', delayMs: 0 });
    else this.log.warn({}, 'SIGUSR1 is ignored: set commands.restart to true to restart by signal');
  }
}
