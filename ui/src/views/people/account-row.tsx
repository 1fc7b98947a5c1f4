import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { type ChannelAccount, stateInWords, toneOf } from '../../gateway/channel-status';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { isPlatform } from '../../kit/channels/platforms';
import { Link } from '../../kit/link';
import { Facts, Row } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Failure, Status } from '../../kit/states';
import { momentInText, shortMoment } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { ConnectPlatform } from './connect-platform';
import css from './people.module.css';

const POLICIES: Readonly<Record<string, string>> = {
  get pairing() {
    return t`new people ask with a code`;
  },
  get allowlist() {
    return t`only people on the list`;
  },
  get open() {
    return t`everybody may write`;
  },
  get disabled() {
    return t`nobody may write`;
  },
};

interface AccountRowProps {
  channel: string;
  label: string;
  account: ChannelAccount;
  onChanged(): void;
}

/** One account: how it is doing, trying it, another token, who may write to it, and taking it off. */
export function AccountRow({ channel, label, account, onChanged }: AccountRowProps) {
  const { call } = useGateway();
  const [isOpen, setOpen] = useState(false);
  const [isChanging, setChanging] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { accountId, running = false, lastInboundAt, lastError, dmPolicy, state } = account;
  const params = { channel, accountId };
  const attempt = (work: Promise<unknown>, done?: () => void): void => {
    work.then(
      () => {
        setProblem(undefined);
        done?.();
        onChanged();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  const detail = [
    ...(dmPolicy ? [POLICIES[dmPolicy] ?? dmPolicy] : []),
    ...(lastInboundAt ? [t`last message ${shortMoment(lastInboundAt)}`] : []),
    ...(lastError && state !== 'connected' ? [lastError] : []),
  ].join(' · ');
  const name = accountId === 'default' ? label : `${label} · ${accountId}`;
  const place = accountId === 'default' ? `channels.${channel}` : `channels.${channel}.accounts.${accountId}`;
  const never = t`not since the gateway started`;
  return (
    <Row
      title={<SafeText text={name} max={80} />}
      detail={<SafeText text={detail} max={240} />}
      below={
        isOpen && (
          <div className={css['account']} data-testid="account">
            {problem !== undefined && <Failure what={t`That did not work.`} why={problem} />}
            {isChanging && isPlatform(channel) ? (
              <ConnectPlatform
                platforms={[channel]}
                onDone={() => {
                  setChanging(false);
                  onChanged();
                }}
              />
            ) : (
              <>
                <Facts
                  facts={[
                    [t`Last message from somebody`, lastInboundAt ? momentInText(lastInboundAt) : never],
                    [t`Direct messages`, POLICIES[dmPolicy ?? ''] ?? dmPolicy ?? t`as the platform has it`],
                    ...(lastError
                      ? [[t`Last fault`, <SafeText key="fault" text={lastError} max={400} />] as const]
                      : []),
                  ]}
                />
                <div className={css['buttons']}>
                  <Button
                    onClick={() =>
                      attempt(
                        call<{ bot?: { username?: string; name?: string } }>('directory.self', params).then((self) =>
                          toast(
                            t`${name} works: it is ${self.bot?.username ?? self.bot?.name ?? t`a bot without a name`}.`,
                          ),
                        ),
                      )
                    }
                  >
                    <Trans>Try it now</Trans>
                  </Button>
                  {isPlatform(channel) && accountId === 'default' && (
                    <Button onClick={() => setChanging(true)}>
                      <Trans>Another token</Trans>
                    </Button>
                  )}
                  <Link to={addressOf('settings', { path: `${place}.dmPolicy` })}>
                    <Trans>Who may write</Trans>
                  </Link>
                  <Link to={addressOf('settings', { q: place })}>
                    <Trans>All its settings</Trans>
                  </Link>
                </div>
              </>
            )}
          </div>
        )
      }
    >
      <Status tone={toneOf(account)}>{stateInWords(account)}</Status>
      <Button onClick={() => attempt(running ? call('channels.stop', params) : call('channels.start', params))}>
        {running ? t`Stop` : t`Start`}
      </Button>
      <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Trans>Details</Trans>
      </Button>
    </Row>
  );
}
