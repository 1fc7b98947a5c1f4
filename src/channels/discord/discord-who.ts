import type { APIUser, REST } from 'discord.js';
import { messageOf } from '../../common/openclaw-error';
import type { Redactor } from '../../common/redactor';
import type { ProbeResult } from '../channel-adapter';
import { timedProbe } from '../timed-probe';

/** The bot itself, as Discord knows it. */
export const ME = (rest: REST): Promise<unknown> => rest.get('/users/@me');

/** Asks Discord whose token it is. */
export const whoIs = (ask: () => Promise<unknown>, redactor: Redactor): Promise<ProbeResult> =>
  timedProbe(
    async () => {
      const me = (await ask()) as APIUser;
      return { bot: { id: me.id, username: me.username } };
    },
    (error) => redactor.redact(messageOf(error)),
  );
