import { t } from '@lingui/core/macro';
import { useState } from 'react';
import type { Credentials } from '../../kit/channels/platforms';
import { TokenTrial } from '../../kit/channels/token-trial';
import { Choice } from '../../kit/field';
import { CHANNELS, type Channel, typedSecrets } from './plan';
import { StepCard, type StepProps } from './steps';

/** A chat platform, whose token is tried without being kept. */
export function ChannelStep({ plan, change }: StepProps) {
  const [credentials, setCredentials] = useState(() => typedSecrets.get().credentials);
  const [hasWorked, setWorked] = useState(false);
  const { channel } = plan;
  const keep = (next: Credentials): void => {
    setCredentials(next);
    typedSecrets.keep({ ...typedSecrets.get(), credentials: next });
  };
  const choose = (next: Channel): void => {
    keep({});
    setWorked(false);
    change({ channel: next, bot: '' });
  };
  return (
    <StepCard
      plan={plan}
      change={change}
      lead={t`Where else you write to it. New people are answered only when you have let them in.`}
      isReady={channel === 'none' || hasWorked}
      onNext={() => change({ step: 'confirm' })}
      {...(channel === 'none'
        ? {}
        : { skip: t`Go on without`, onSkip: () => (choose('none'), change({ step: 'confirm' })) })}
    >
      <Choice label={t`Platform`} value={channel} options={CHANNELS} onChange={choose} />
      {channel !== 'none' && (
        <TokenTrial
          key={channel}
          platform={channel}
          credentials={credentials}
          onChange={keep}
          onTried={(bot) => {
            setWorked(bot !== undefined);
            change({ bot: bot ?? '' });
          }}
        />
      )}
    </StepCard>
  );
}
