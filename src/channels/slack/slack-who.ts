import { messageOf } from '../../common/openclaw-error';
import type { Redactor } from '../../common/redactor';
import type { ProbeResult } from '../channel-adapter';
import { timedProbe } from '../timed-probe';
import type { SlackAccount } from './slack-accounts';
import { askWith } from './slack-calls';

type Answer = Record<string, unknown>;

/** Asks with tokens that nobody keeps: the bot's says who it is, that of the app whether it may listen. */
export async function askAll(
  settings: SlackAccount['settings'],
  botToken: string,
  appToken: string | undefined,
): Promise<Answer> {
  const me = await askWith(botToken, settings, 'auth.test');
  if (appToken !== undefined) await askWith(appToken, settings, 'apps.connections.open');
  return me;
}

/** Asks Slack whose token it is. */
export const whoIs = (ask: () => Promise<Answer>, redactor: Redactor): Promise<ProbeResult> =>
  timedProbe(
    async () => {
      const me = await ask();
      return { bot: { id: me['user_id'], name: me['user'] }, team: me['team'] };
    },
    (error) => redactor.redact(messageOf(error)),
  );
