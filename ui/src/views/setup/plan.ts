import { t } from '@lingui/core/macro';
import { ownName } from '../../gateway/page-place';
import { type Credentials, PLATFORMS, type Platform, isWhole } from '../../kit/channels/platforms';

export const STEPS = {
  get model() {
    return t`Language model`;
  },
  get name() {
    return t`Name`;
  },
  get channel() {
    return t`Chat platform`;
  },
  get confirm() {
    return t`Look over`;
  },
  get hello() {
    return t`Say hello`;
  },
} as const;
export type Step = keyof typeof STEPS;
export const ORDER = Object.keys(STEPS) as Step[];

export const CHANNELS = {
  get none() {
    return t`Only this page`;
  },
  ...PLATFORMS,
} as const;
export type Channel = 'none' | Platform;

/** What was chosen so far. Nothing of it is written before the last look, and no secret is in it. */
export interface Plan {
  step: Step;
  provider: string;
  model: string;
  name: string;
  workspace: string;
  channel: Channel;
  /** Name of the bot at its platform, once its token has worked. */
  bot: string;
}

const EMPTY: Plan = { step: 'model', provider: '', model: '', name: '', workspace: '', channel: 'none', bot: '' };

/** Typed secrets: kept while the page is open, and in no store of the browser. */
export interface Secrets {
  apiKey: string;
  credentials: Credentials;
}

const NAME = ownName('openclaw.setup');
let secrets: Secrets = { apiKey: '', credentials: {} };

export const typedSecrets = {
  get: (): Secrets => secrets,
  keep: (next: Secrets): void => {
    secrets = next;
  },
};

/** So that one can leave, and go on where one was. */
export const storedPlan = {
  get(): Plan {
    try {
      const stored = JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Plan>;
      const plan = { ...EMPTY, ...stored };
      const isKnown = ORDER.includes(plan.step) && plan.channel in CHANNELS;
      // A reload takes typed secrets away: what hangs on them is asked for again.
      return isKnown ? withCredentials({ ...plan, step: stepWithout(plan) }) : EMPTY;
    } catch {
      return EMPTY;
    }
  },
  keep(plan: Plan): void {
    try {
      localStorage.setItem(NAME, JSON.stringify(plan));
    } catch {
      // Storage is full or forbidden: the plan lasts as long as the page.
    }
  },
  forget(): void {
    localStorage.removeItem(NAME);
    secrets = { apiKey: '', credentials: {} };
  },
};

/** What the platform needs is asked for again where it is not there: else it would be named and not written. */
export const withCredentials = (plan: Plan): Plan =>
  plan.step === 'confirm' && plan.channel !== 'none' && !isWhole(plan.channel, secrets.credentials)
    ? { ...plan, step: 'channel' }
    : plan;

const stepWithout = ({ step, provider }: Plan): Step =>
  step !== 'hello' && step !== 'model' && provider !== '' && secrets.apiKey === '' ? 'model' : step;
