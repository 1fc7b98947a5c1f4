import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfExists } from '../common/atomic-file';
import { isPlainObject } from '../common/plain-object';
import { writePrivateFile } from '../common/private-files';
import { EMPTY_PLAN, type OnboardingPlan } from './onboarding-plan';

interface Draft {
  /** Step at which it goes on. */
  step: number;
  plan: OnboardingPlan;
}

/** What was answered so far, without secrets, so that one can leave and go on. Nothing reads it but the wizard. */
export class OnboardingDraft {
  private readonly path: string;

  constructor(stateDir: string) {
    this.path = join(stateDir, 'onboarding.json');
  }

  read(): Draft | undefined {
    const text = readTextIfExists(this.path);
    if (text === undefined) return undefined;
    try {
      const { step, plan } = JSON.parse(text) as Partial<Draft>;
      return typeof step === 'number' && isPlainObject(plan) ? { step, plan: { ...EMPTY_PLAN, ...plan } } : undefined;
    } catch {
      return undefined;
    }
  }

  keep({ step, plan }: Draft): void {
    writePrivateFile(this.path, `${JSON.stringify(withoutSecrets({ step, plan }))}\n`);
  }

  forget(): void {
    rmSync(this.path, { force: true });
  }
}

/** What hangs on a typed secret is asked for again. */
function withoutSecrets({ step, plan }: Draft): Draft {
  const { model, ...rest } = plan;
  const isTyped = model?.apiKey !== undefined;
  const kept = { ...rest, channels: [], ...(model && !isTyped ? { model } : {}) };
  return { step: isTyped ? 0 : step, plan: kept };
}
