import 'reflect-metadata';

export type BootFailure = 'fatal' | 'degraded';

/** One row of the boot table, declared on the module whose hook does the work. */
export interface BootStepDeclaration {
  name: string;
  onFailure: BootFailure;
}

export interface BootStepOptions {
  /** Work done in `onModuleInit`: get ready, nothing visible outside. */
  ready?: BootStepDeclaration;
  /** Work done in `onApplicationBootstrap`: become visible. */
  visible?: BootStepDeclaration;
}

/** What a hook may return instead of nothing. */
export interface BootStepVerdict {
  state: 'skipped' | 'degraded';
  reason: string;
}

export const skipped = (reason: string): BootStepVerdict => ({ state: 'skipped', reason });
export const degraded = (reason: string): BootStepVerdict => ({ state: 'degraded', reason });

const BOOT_STEP = Symbol('boot-step');

/** Marks a Nest module as a boot step. The boot report wraps its hooks and records state, reason and time. */
export const BootStep =
  (options: BootStepOptions): ClassDecorator =>
  (target) => {
    Reflect.defineMetadata(BOOT_STEP, options, target);
  };

export function bootStepOf(target: object): BootStepOptions | undefined {
  return Reflect.getMetadata(BOOT_STEP, target) as BootStepOptions | undefined;
}

export type BootState = 'done' | 'skipped' | 'degraded' | 'failed';

export interface BootStepRecord {
  step: number;
  name: string;
  phase: 'ready' | 'visible';
  module: string;
  state: BootState;
  reason?: string;
  /** Duration in milliseconds. */
  ms: number;
}
