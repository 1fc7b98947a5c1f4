import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import type { Pairing, PairingRequest, Role } from '../../gateway/pairing';
import { Button } from '../../kit/button';
import { Choice } from '../../kit/field';
import { placeName } from '../../kit/place-name';
import { useSteady } from '../../kit/use-steady';
import { SafeText } from '../../text/safe-text';
import { MAY, ROLES } from './roles';
import css from './people.module.css';

const MAX_NAME = 60;

type Ways = Pick<Pairing, 'approve' | 'dismiss'>;

/** People who wrote to the assistant and are not known; nothing of what they said was answered. */
export const PairingCards = ({ requests, approve, dismiss }: Ways & Pick<Pairing, 'requests'>) =>
  requests.map((request) => (
    <PairingCard
      key={`${request.channel} ${request.account} ${request.senderId}`}
      request={request}
      approve={approve}
      dismiss={dismiss}
    />
  ));

function PairingCard({ request, approve, dismiss }: Ways & { request: PairingRequest }) {
  const card = useRef<HTMLElement>(null);
  const isSteady = useSteady(card, request.code);
  const [role, setRole] = useState<Role>(request.role ?? 'guest');
  return (
    <section className={css['request']} data-testid="pairing-request" ref={card}>
      <h3>
        <Trans>
          <SafeText text={request.name ?? t`Somebody`} max={MAX_NAME} /> wants to write to the assistant on{' '}
          <SafeText text={placeName(request.channel)} />
        </Trans>
      </h3>
      <p>
        <Trans>
          Id <SafeText text={request.senderId} max={MAX_NAME} />
        </Trans>
        {request.account !== 'default' && (
          <>
            <Trans>
              , account <SafeText text={request.account} max={MAX_NAME} />
            </Trans>
          </>
        )}
        <Trans>
          , code <code>{request.code}</code>. Let people in only when they have told you this code.
        </Trans>
      </p>
      <div className={css['role']}>
        <Choice label={t`Let in as`} value={role} options={ROLES} onChange={(next) => setRole(next)} />
        <p>{MAY[role]}</p>
      </div>
      <p>
        <Trans>Whoever is let in is told so there. What they have written so far is not answered.</Trans>
      </p>
      <div className={css['buttons']}>
        <Button look="primary" disabled={!isSteady} onClick={() => approve(request, role)}>
          <Trans>Let in</Trans>
        </Button>
        <Button disabled={!isSteady} onClick={() => dismiss(request)}>
          <Trans>Turn down</Trans>
        </Button>
      </div>
    </section>
  );
}
