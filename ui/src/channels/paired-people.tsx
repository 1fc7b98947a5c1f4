import { SafeText } from '../text/safe-text';
import type { Pairing } from './pairing';

/** Who was let in by code, and can be shut out again. */
export function PairedPeople({ approved, problem, revoke }: Pairing) {
  if (approved.length === 0) return null;
  return (
    <>
      <h3>Let in by code</h3>
      {problem && (
        <p className="note">
          <SafeText text={problem} />
        </p>
      )}
      <ul className="people" data-testid="paired-people">
        {approved.map((sender) => (
          <li key={`${sender.channel} ${sender.account} ${sender.senderId}`}>
            <span>
              <SafeText text={`${sender.channel} ${sender.senderId}`} />
            </span>
            <button type="button" className="quiet" onClick={() => revoke(sender)}>
              Shut out
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
