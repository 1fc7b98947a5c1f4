import { Int, Opt, Str, Text } from '../../common/validation/fields';

const MAX_DELAY_MS = 60_000;

export class UpdateRunParams {
  @Opt() @Text() sessionKey?: string;
  @Opt() @Str({ max: 2000 }) note?: string;
  @Opt() @Int({ min: 0, max: MAX_DELAY_MS }) restartDelayMs?: number;
  /** For each of installing, building and the trial run. */
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}
