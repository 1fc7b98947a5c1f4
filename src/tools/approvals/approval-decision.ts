/** In the order they are offered; the first two and the last are what older clients know. */
export const APPROVAL_DECISIONS = ['allow-once', 'allow-session', 'allow-always', 'deny'] as const;
export type ApprovalDecision = (typeof APPROVAL_DECISIONS)[number];
export type Permission = Exclude<ApprovalDecision, 'deny'>;

export const isPermission = (decision: string | null): decision is Permission =>
  decision !== 'deny' && APPROVAL_DECISIONS.some((known) => known === decision);

export const PERMISSIONS: readonly Permission[] = APPROVAL_DECISIONS.filter(isPermission);
