import { Bool, Opt, Str, StrList } from '../common/validation/fields';

export class VoicewakeSetParams {
  /** At most 32 are kept, of 64 characters each; without any the usual ones. */
  @StrList({ max: 200 }) triggers!: string[];
}

export class TalkModeParams {
  @Bool() enabled!: boolean;
  @Opt() @Str({ max: 100 }) phase?: string;
}
