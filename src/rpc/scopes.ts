export const OPERATOR_SCOPES = [
  'operator.admin',
  'operator.read',
  'operator.write',
  'operator.approvals',
  'operator.pairing',
  'operator.questions',
  'operator.talk',
  'operator.talk.secrets',
  'operator.sessions.read',
  'operator.sessions.write',
] as const;
export type OperatorScope = (typeof OPERATOR_SCOPES)[number];

/** Whether granted scopes satisfy a required one. Admin passes everything; write implies read. */
export function satisfies(granted: ReadonlySet<string>, required: OperatorScope): boolean {
  if (granted.has('operator.admin') || granted.has(required)) return true;
  return required === 'operator.read' && granted.has('operator.write');
}
