import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Card } from '../../kit/page';
import { Link } from '../../kit/link';
import { ConnectPhone } from '../../kit/phone/connect-phone';
import { addressOf } from '../../kit/place';
import { Qr } from '../../kit/qr';
import { SafeText } from '../../text/safe-text';
import type { Plan } from './plan';
import css from './setup.module.css';

/** How a phone reaches the assistant: by its bot, and by this page. */
export function PhoneCard({ plan: { channel, bot } }: { plan: Plan }) {
  const isBot = channel === 'telegram' && /^\w+$/.test(bot);
  const address = `https://t.me/${bot}`;
  return (
    <>
      {isBot && (
        <Card title={t`Bring it to your phone`} testId="phone">
          <div className={css['phone']}>
            <Qr text={address} label={t`Code that leads to ${address}`} />
            <div>
              <p>
                <SafeText text={address} max={200} />
              </p>
              <p className={css['hint']}>
                <Trans>
                  Write to it there. It answers with a code; let yourself in with it under People &amp; channels.
                </Trans>
              </p>
              <p>
                <Link to={addressOf('people')}>
                  <Trans>People & channels</Trans>
                </Link>
              </p>
            </div>
          </div>
        </Card>
      )}
      <Card title={t`This page on your phone`}>
        <ConnectPhone />
      </Card>
    </>
  );
}
