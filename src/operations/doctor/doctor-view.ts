import type { DoctorFinding } from './finding';

/** Code of the finding that says that a check could not be made. */
export const UNCHECKED = 'doctor.unchecked';

const SCHEMA_VERSION = 1;
const SEVERITIES = { ok: 'info', note: 'warning', problem: 'error' } as const;

/** What was found, for programs. @param checks how many were to be made */
export function doctorView(findings: readonly DoctorFinding[], checks: number): object {
  const skipped = findings.filter(({ code }) => code === UNCHECKED).length;
  return {
    schemaVersion: SCHEMA_VERSION,
    checksRun: checks - skipped,
    checksSkipped: skipped,
    findings: findings.map((finding) => ({
      ...finding,
      checkId: finding.code,
      severity: SEVERITIES[finding.level],
      ...(finding.fix === undefined ? {} : { fixHint: finding.fix }),
    })),
  };
}
