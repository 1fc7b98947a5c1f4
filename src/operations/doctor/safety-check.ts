import { withOwnCommands } from '../../common/cli/own-commands';
import { audit, readAuditFacts } from '../../security/security-audit';
import type { DoctorCheck, DoctorFinding } from './finding';

/** Told by other checks already, with more to it. */
const ELSEWHERE: readonly string[] = ['config.unknown_key', 'gateway.settings', 'exec.approvals_unreadable'];

/** Keys and conversations that other users of the machine can read are more than worth knowing. */
const OPEN_FILES = 'files.open';

/** What `openclaw security audit` finds: the critical ones are problems, what is merely worth knowing is left to it. */
export const checkSafety: DoctorCheck = ({ env, snapshot }) => {
  if (!snapshot.exists || snapshot.issues.length > 0) return [];
  return audit(readAuditFacts(env)).flatMap(({ id, severity, message, fix }): DoctorFinding[] =>
    ELSEWHERE.includes(id) || severity === 'info'
      ? []
      : [
          {
            check: id,
            code: id,
            level: severity === 'critical' || id === OPEN_FILES ? 'problem' : 'note',
            message: withOwnCommands(message),
            fix: withOwnCommands(fix),
          },
        ],
  );
};
