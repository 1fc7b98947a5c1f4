import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { writeSettings } from '../../gateway/write-settings';
import { Button } from '../../kit/button';
import { type Credentials, PLATFORMS, type Platform, connecting } from '../../kit/channels/platforms';
import { TokenTrial } from '../../kit/channels/token-trial';
import { Choice } from '../../kit/field';
import { Failure } from '../../kit/states';
import { toast } from '../../kit/toasts';
import css from './people.module.css';

interface ConnectPlatformProps {
  /** Platforms that are not connected yet, or the one whose token changes. */
  platforms: readonly Platform[];
  onDone(): void;
}

/** A platform is connected, or gets another token: it is tried there, kept encrypted, and used at once. */
export function ConnectPlatform({ platforms, onDone }: ConnectPlatformProps) {
  const { call } = useGateway();
  const [platform, setPlatform] = useState<Platform>(platforms[0] ?? 'telegram');
  const [credentials, setCredentials] = useState<Credentials>({});
  const [bot, setBot] = useState<string>();
  const [isWriting, setWriting] = useState(false);
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (bot === undefined || isWriting) return;
    setWriting(true);
    writeSettings(connecting(platform, credentials), call).then(
      () => {
        toast(t`${PLATFORMS[platform]} is connected as ${bot}.`);
        onDone();
      },
      (failure: unknown) => {
        setWriting(false);
        setProblem(messageOf(failure));
      },
    );
  };
  const options = Object.fromEntries(platforms.map((each) => [each, PLATFORMS[each]])) as Record<Platform, string>;
  return (
    <form className={css['connect']} data-testid="connect-platform" onSubmit={submit}>
      {platforms.length > 1 && (
        <Choice
          label={t`Platform`}
          value={platform}
          options={options}
          onChange={(next) => {
            setPlatform(next);
            setCredentials({});
            setBot(undefined);
          }}
        />
      )}
      <TokenTrial
        key={platform}
        platform={platform}
        credentials={credentials}
        onChange={setCredentials}
        onTried={setBot}
      />
      {problem !== undefined && <Failure what={t`It was not written.`} why={problem} />}
      <div className={css['buttons']}>
        <Button type="submit" look="primary" disabled={bot === undefined || isWriting}>
          {isWriting ? t`Writing …` : t`Connect`}
        </Button>
        <Button onClick={onDone}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </form>
  );
}
