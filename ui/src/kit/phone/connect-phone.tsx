import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { pageFolder } from '../../gateway/page-place';
import { useGateway } from '../../gateway/use-gateway';
import { SafeText } from '../../text/safe-text';
import { Button } from '../button';
import { Field } from '../field';
import { Qr } from '../qr';
import { Failure, Status } from '../states';
import { roughly } from '../time';
import { useNow } from '../use-now';
import css from './phone.module.css';

const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);

interface Code {
  code: string;
  expiresAtMs: number;
}

/** Lets a phone in by one look at a code, which works once and for five minutes. */
export function ConnectPhone() {
  const { call, subscribe } = useGateway();
  const isOnlyHere = HERE.has(pageFolder.hostname);
  const [address, setAddress] = useState(isOnlyHere ? '' : pageFolder.href);
  const [made, setMade] = useState<Code>();
  const [isUsed, setUsed] = useState(false);
  const [problem, setProblem] = useState<string>();
  const now = useNow(1000);
  const target = readAddress(address);
  const leftMs = made ? made.expiresAtMs - now : 0;

  // A device that comes in while the code is shown has come by it.
  useEffect(() => {
    if (!made) return undefined;
    return subscribe(({ event, payload }) => {
      if (event !== 'device.pair.resolved' || (payload as { decision?: string }).decision !== 'approved') return;
      setMade(undefined);
      setUsed(true);
    });
  }, [made, subscribe]);

  const make = (): void => {
    setProblem(undefined);
    setUsed(false);
    call<Code>('device.pair.code').then(setMade, (failure: unknown) => setProblem(messageOf(failure)));
  };
  const cancel = (): void => {
    setMade(undefined);
    call('device.pair.code.cancel').catch(() => undefined);
  };

  return (
    <div className={css['connect']} data-testid="connect-phone">
      {isOnlyHere && (
        <p className={css['hint']}>
          <Trans>
            This page is open on the gateway’s own machine. Write the address at which the phone reaches it: the gateway
            has to listen on your network (<code>gateway.bind</code>), and browsers ask for https there (
            <code>gateway.tls</code> or a tailnet).
          </Trans>
        </p>
      )}
      {(isOnlyHere || made === undefined) && (
        <Field
          label={t`Address of this page for the phone`}
          type="url"
          placeholder="https://nest.local:8080/"
          spellCheck={false}
          autoComplete="off"
          value={address}
          problem={address !== '' && !target ? t`Write a whole address, with https:// before it.` : undefined}
          onChange={(event) => setAddress(event.target.value)}
        />
      )}
      {problem !== undefined && <Failure what={t`No code was made.`} why={problem} />}
      {isUsed && (
        <Status tone="good">
          <Trans>A device has come in. The code does not work any more.</Trans>
        </Status>
      )}
      {made && target && leftMs > 0 ? (
        <div className={css['shown']}>
          <Qr text={linkOf(target, made.code)} label={t`Code that connects a phone`} />
          <div>
            <p>
              <Trans>Point the camera of the phone at it, and open the link.</Trans>
            </p>
            <p className={css['hint']}>
              <Trans>
                It leads to <SafeText text={target.href} max={200} />, works once, and lets in with your rights.
              </Trans>
            </p>
            <p role="timer" className={css['hint']}>
              <Trans>It ends in {roughly(leftMs)}.</Trans>
            </p>
            <p>
              <Button onClick={cancel}>
                <Trans>End it now</Trans>
              </Button>
            </p>
          </div>
        </div>
      ) : (
        <p>
          {made !== undefined && leftMs <= 0 && (
            <Status tone="off">
              <Trans>The code has ended unused.</Trans>
            </Status>
          )}
          <Button look="primary" icon="device" disabled={!target} onClick={make}>
            {made === undefined && !isUsed ? t`Show a code` : t`Show a new code`}
          </Button>
        </p>
      )}
    </div>
  );
}

/** The fragment never reaches a server, and the page takes it out of the address at once. */
function linkOf(target: URL, code: string): string {
  const link = new URL(target);
  link.hash = new URLSearchParams({ pair: code }).toString();
  return link.href;
}

function readAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const address = new URL(text);
  return address.protocol === 'https:' || address.protocol === 'http:' ? address : undefined;
}
