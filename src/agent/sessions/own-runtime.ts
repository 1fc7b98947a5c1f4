/** What runs the turns of every agent: this program, on this machine. */
export const OWN_RUNTIME = { id: 'openclaw', label: 'OpenClaw Nest' } as const;
