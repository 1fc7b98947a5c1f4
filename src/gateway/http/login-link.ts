/** Address of the Control UI with the secret in the fragment, which browsers never send to a server. */
export function loginLink(address: string, auth: { mode: string; secret?: string }): string {
  const name = auth.mode === 'password' ? 'password' : 'token';
  return auth.secret === undefined ? address : `${address}#${name}=${encodeURIComponent(auth.secret)}`;
}
