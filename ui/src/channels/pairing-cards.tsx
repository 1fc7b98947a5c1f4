import { useRef } from 'react';
import { cutText } from '../../../src/common/cut-text';
import { useSteady } from '../approvals/use-steady';
import { SafeText } from '../text/safe-text';
import type { Pairing, PairingRequest } from './pairing';

const MAX_NAME = 60;

/** People who wrote to the assistant and are not known; nothing of what they said was answered. */
export function PairingCards({ requests, problem, approve, dismiss }: Pairing) {
  return (
    <div className="notices">
      {requests.map((request) => (
        <PairingCard
          key={`${request.channel} ${request.account} ${request.senderId}`}
          request={request}
          approve={approve}
          dismiss={dismiss}
        />
      ))}
      {problem && (
        <p className="note">
          <SafeText text={problem} />
        </p>
      )}
    </div>
  );
}

interface CardProps extends Pick<Pairing, 'approve' | 'dismiss'> {
  request: PairingRequest;
}

function PairingCard({ request, approve, dismiss }: CardProps) {
  const card = useRef<HTMLElement>(null);
  const isSteady = useSteady(card, request.code);
  const name = request.name ?? 'Somebody';
  return (
    <section className="notice" data-testid="pairing-request" ref={card}>
      <h2>
        <SafeText text={cutText(name, MAX_NAME)} /> wants to write to the assistant on{' '}
        <SafeText text={request.channel} />
      </h2>
      <p>
        Id <SafeText text={request.senderId} />
        {request.account === 'default' ? (
          ''
        ) : (
          <>
            , account <SafeText text={request.account} />
          </>
        )}
        , code <code>{request.code}</code>. Let people in only when they have told you this code.
      </p>
      <p>
        Whoever is let in can write to the assistant from then on and is answered there, not here; what they have
        written so far is not answered. They share a conversation with you only where session.dmScope is “main”.
      </p>
      <div className="buttons">
        <button type="button" className="primary" disabled={!isSteady} onClick={() => approve(request)}>
          Let in
        </button>
        <button type="button" disabled={!isSteady} onClick={() => dismiss(request)}>
          Turn down
        </button>
      </div>
    </section>
  );
}
