/** Names that protocol 4 has for parameters which go by another name here, by method: the revision's spelling → ours. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'channels.pairing.approve': { requestId: 'code' },
  'channels.pairing.dismiss': { requestId: 'code' },
  'sessions.branches.list': { sessionKey: 'key' },
  'sessions.branches.switch': { sessionKey: 'key' },
  'sessions.files.get': { sessionKey: 'key' },
  'sessions.files.list': { sessionKey: 'key' },
};

/** Methods that have renamed parameters; a test holds that each exists. */
export const RENAMED_METHODS: readonly string[] = Object.keys(RENAMED);

/** A call's parameters under our names; the caller's own where they have them already. */
export function inOurNames(method: string, params: unknown): unknown {
  const names = Object.hasOwn(RENAMED, method) ? RENAMED[method] : undefined;
  if (!names || typeof params !== 'object' || params === null) return params;
  const ours = new Map<string, unknown>(Object.entries(params));
  for (const [theirs, name] of Object.entries(names)) {
    if (!ours.has(theirs) || ours.has(name)) continue;
    ours.set(name, ours.get(theirs));
    ours.delete(theirs);
  }
  return Object.fromEntries(ours);
}
