import { Module, type OnModuleInit } from '@nestjs/common';
import { BootStep } from '../common/boot-step';
import { RuntimeSettingsService } from './runtime-settings.service';

@BootStep({ ready: { name: 'runtime config', onFailure: 'fatal' } })
@Module({ providers: [RuntimeSettingsService], exports: [RuntimeSettingsService] })
export class RuntimeConfigModule implements OnModuleInit {
  constructor(private readonly settings: RuntimeSettingsService) {}

  onModuleInit(): void {
    this.settings.resolve();
  }
}
