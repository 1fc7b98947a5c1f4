import { Doc, Opt, Text } from '__src__/common/validation/fields';

export class __Name__Params {
  @Opt() @Text({ max: 200 }) @Doc('Whom it greets; the caller by default.') name?: string;
}
