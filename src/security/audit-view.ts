import { withOwnCommands } from '../common/cli/own-commands';
import type { AuditFacts, AuditFinding, Severity } from './audit-finding';

/** A finding for programs. */
export function findingView({ id, severity, message, fix }: AuditFinding): object {
  const remedy = withOwnCommands(fix);
  return { id, checkId: id, severity, title: message, detail: message, message, remediation: remedy, fix: remedy };
}

/** How many findings there are of each kind. */
export function severitiesOf(findings: readonly AuditFinding[]): Record<Severity, number> {
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  return { critical: count('critical'), warn: count('warn'), info: count('info') };
}

/** What keeps secrets from being read. */
export const secretDiagnostics = ({ missingSecrets, secretsError }: AuditFacts): string[] => [
  ...missingSecrets.map((name) => `the secret "${name}" is not stored`),
  ...(secretsError === undefined ? [] : [secretsError]),
];
