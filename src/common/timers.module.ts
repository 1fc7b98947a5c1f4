import { Module } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';

/**
 * The registry of timers, each under its name, that features share. Without the library's own module: that one looks
 * for its decorators on every method of the program, of which there are none, at each start.
 */
@Module({ providers: [SchedulerRegistry], exports: [SchedulerRegistry] })
export class TimersModule {}
