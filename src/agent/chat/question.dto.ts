import { Bool, Checked, Opt, Text } from '../../common/validation/fields';
import { isPlainObject } from '../../common/plain-object';

const isAnswers = (value: unknown): boolean =>
  isPlainObject(value) &&
  isPlainObject(value['answers']) &&
  Object.values(value['answers']).every(
    (said) => Array.isArray(said) && said.every((text) => typeof text === 'string' && text.length <= 4000),
  );

export class QuestionParams {
  @Text({ max: 128 }) id!: string;
}

export class QuestionResolveParams extends QuestionParams {
  @Opt()
  @Checked(isAnswers, 'must be {answers: {<questionId>: [<text>]}}')
  answers?: { answers: Record<string, string[]> };
  @Opt() @Bool() cancel?: boolean;
}
