import type { Pairing } from './pairing';

/** People who wrote to the assistant and are not known; nothing of what they said was answered. */
export function PairingCards({ requests, problem, approve, dismiss }: Pairing) {
  return requests.map((request) => (
    <section
      key={`${request.channel} ${request.account} ${request.senderId}`}
      className="approval"
      data-testid="pairing-request"
    >
      <h2>
        {request.name ?? 'Somebody'} wants to write to the assistant on {request.channel}
      </h2>
      <p>
        Id {request.senderId}
        {request.account === 'default' ? '' : `, account ${request.account}`}, code <code>{request.code}</code>. Let
        people in only when they have told you this code.
      </p>
      {problem && <p className="note">{problem}</p>}
      <div className="buttons">
        <button type="button" className="primary" onClick={() => approve(request)}>
          Let in
        </button>
        <button type="button" onClick={() => dismiss(request)}>
          Turn down
        </button>
      </div>
    </section>
  ));
}
