import type { Telegram } from 'telegraf';
import type { UserFromGetMe } from 'telegraf/types';
import type { Redactor } from '../../common/redactor';
import type { ProbeResult } from '../channel-adapter';
import { timedProbe } from '../timed-probe';
import { telegramCall } from './telegram-call';
import { apiErrorText } from './telegram-errors';

const MAX_MS = 20_000;

/** Asks Telegram whose token it is. */
export const whoIs = (client: () => Telegram, redactor: Redactor): Promise<ProbeResult> =>
  timedProbe(
    async () => {
      const me = await telegramCall<UserFromGetMe>(client(), 'getMe', {}, AbortSignal.timeout(MAX_MS));
      return { bot: { id: me.id, username: me.username } };
    },
    (error) => redactor.redact(apiErrorText(error)),
  );
