import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { pageFolder } from '../../gateway/page-place';
import { Card } from '../../kit/page';
import { Link } from '../../kit/link';
import { addressOf } from '../../kit/place';
import { Qr } from '../../kit/qr';
import { SafeText } from '../../text/safe-text';
import type { Plan } from './plan';
import css from './setup.module.css';

const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where a phone finds the assistant: its bot, or this page. No secret is in the code. */
export function PhoneCard({ plan: { channel, bot } }: { plan: Plan }) {
  const isBot = channel === 'telegram' && /^\w+$/.test(bot);
  const address = isBot ? `https://t.me/${bot}` : pageFolder.href;
  const isOnlyHere = !isBot && HERE.has(pageFolder.hostname);
  return (
    <Card title={t`Bring it to your phone`} testId="phone">
      {isOnlyHere ? (
        <p className={css['hint']}>
          <Trans>
            This page is open on the gateway’s own machine, where a phone can’t reach it. Let it listen on your network
            (<code>gateway.bind</code>
            ), open the page at that address, and come back to this step; or connect Telegram.
          </Trans>
        </p>
      ) : (
        <div className={css['phone']}>
          <Qr text={address} label={t`Code that leads to ${address}`} />
          <div>
            <p>
              <SafeText text={address} max={200} />
            </p>
            <p className={css['hint']}>
              {isBot
                ? t`Write to it there. It answers with a code; let yourself in with it under People & channels.`
                : t`Sign in there with the same token, or let the phone in under Devices & nodes.`}
            </p>
            <p>
              <Link to={addressOf(isBot ? 'people' : 'devices')}>
                {isBot ? t`People & channels` : t`Devices & nodes`}
              </Link>
            </p>
          </div>
        </div>
      )}
    </Card>
  );
}
