import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type BootStepDeclaration, type BootStepVerdict, bootStepOf } from '../common/boot-step';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import type { BootReport, ShutdownPhase } from './boot-report.service';

type Hook = () => unknown;
type HookName = 'onModuleInit' | 'onApplicationBootstrap' | keyof typeof SHUTDOWN_PHASES;

const SHUTDOWN_PHASES = {
  onModuleDestroy: 'drain',
  beforeApplicationShutdown: 'goodbye',
  onApplicationShutdown: 'close',
} as const satisfies Record<string, ShutdownPhase>;

/** A fatal step failed; carries the step's name in front of the reason. */
export class BootStepError extends OpenclawError {
  constructor(step: string, cause: unknown) {
    const known = cause instanceof OpenclawError ? cause : undefined;
    super(known?.code ?? 'BOOT_FAILED', `boot step "${step}" failed: ${messageOf(cause)}`, {
      cause,
      exitCode: known?.exitCode ?? 1,
      details: { step, ...known?.details },
    });
  }
}

/**
 * Wraps the hooks of every module that is a boot step: times them, records the verdict, lets a step that may fail
 * degrade instead of stopping the boot, and notes the order of the shutdown. Call between `create` and `init`.
 */
export function instrumentBoot(app: INestApplication, report: BootReport): void {
  for (const module of app.get(ModulesContainer).values()) {
    const options = bootStepOf(module.metatype);
    if (!options) continue;
    const instance = module.instance as Partial<Record<HookName, Hook>>;
    const name = module.metatype.name;
    if (options.ready) wrap(instance, 'onModuleInit', options.ready, 'ready', name, report);
    if (options.visible) wrap(instance, 'onApplicationBootstrap', options.visible, 'visible', name, report);
    for (const hook of Object.keys(SHUTDOWN_PHASES) as (keyof typeof SHUTDOWN_PHASES)[]) {
      const original = instance[hook];
      if (!original) continue;
      instance[hook] = () => {
        report.shutdown[SHUTDOWN_PHASES[hook]].push(name);
        return original.call(instance);
      };
    }
  }
}

/** Takes the hooks of phase "visible" away, of modules and of what they provide. Call between `create` and `init`. */
export function startNothing(app: INestApplication): void {
  for (const { providers, controllers, injectables } of app.get(ModulesContainer).values())
    for (const { instance } of [...providers.values(), ...controllers.values(), ...injectables.values()]) {
      const hooked = instance as Partial<Record<HookName, Hook>> | null | undefined;
      if (typeof hooked?.onApplicationBootstrap === 'function') hooked.onApplicationBootstrap = () => undefined;
    }
}

function wrap(
  instance: Partial<Record<HookName, Hook>>,
  hook: HookName,
  step: BootStepDeclaration,
  phase: 'ready' | 'visible',
  module: string,
  report: BootReport,
): void {
  const original = instance[hook];
  if (!original) throw new Error(`${module} declares the boot step "${step.name}" but has no ${hook}`);
  instance[hook] = async () => {
    const started = performance.now();
    const record = (state: 'done' | 'skipped' | 'degraded' | 'failed', reason?: string): void =>
      report.add({
        name: step.name,
        phase,
        module,
        state,
        ...(reason ? { reason } : {}),
        ms: performance.now() - started,
      });
    try {
      const verdict = (await original.call(instance)) as BootStepVerdict | undefined;
      record(verdict?.state ?? 'done', verdict?.reason);
    } catch (error) {
      if (step.onFailure === 'degraded') {
        record('degraded', messageOf(error));
        return;
      }
      record('failed', messageOf(error));
      throw new BootStepError(step.name, error);
    }
  };
}
