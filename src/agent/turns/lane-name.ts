/** Name of the lease that a session's turns run under. */
export const laneName = (sessionKey: string): string => `lane:${sessionKey}`;
