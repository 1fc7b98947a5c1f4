import { Any, Nested, OneOf, Opt, Text } from '../common/validation/fields';

export class WizardStartParams {
  @Opt() @OneOf(['local', 'remote']) mode?: 'local' | 'remote';
  /** Folder of the assistant; it stays where it is without it. */
  @Opt() @Text({ max: 1024 }) workspace?: string;
}

export class WizardAnswer {
  @Text({ max: 64 }) stepId!: string;
  @Opt() @Any() value?: unknown;
}

export class WizardNextParams {
  @Text({ max: 64 }) sessionId!: string;
  /** Without it the question that waits is given again. */
  @Opt() @Nested(() => WizardAnswer) answer?: WizardAnswer;
}

export class WizardSessionParams {
  @Text({ max: 64 }) sessionId!: string;
}
