import { execFileSync } from 'node:child_process';
import type { Environment } from '../environment';
import { OpenclawError, messageOf } from '../../common/openclaw-error';

const SERVICE = 'openclaw-secrets';
const TIMEOUT_MS = 20_000;

/**
 * An entry of the system's keychain: `security` on macOS, `secret-tool` (libsecret) on Linux. The value never stands in
 * the argument list where the program can read it from its input.
 * @param account tells installations apart: the state directory
 * @returns undefined when there is none
 * @throws OpenclawError SECRETS_KEY when the machine has no keychain program
 */
export function readFromKeychain(account: string, env: Environment): string | undefined {
  try {
    const [file, args]: [string, string[]] =
      process.platform === 'darwin'
        ? ['security', ['find-generic-password', '-s', SERVICE, '-a', account, '-w']]
        : ['secret-tool', ['lookup', 'service', SERVICE, 'account', account]];
    const found = execFileSync(file, args, {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: sessionOf(env),
    });
    return found.trim() === '' ? undefined : found.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw noKeychain(error);
    return undefined;
  }
}

export function storeInKeychain(account: string, value: string, env: Environment): void {
  try {
    const options = {
      timeout: TIMEOUT_MS,
      stdio: ['pipe', 'ignore', 'pipe'] as ['pipe', 'ignore', 'pipe'],
      env: sessionOf(env),
    };
    if (process.platform === 'darwin')
      // Commands of `security -i` come from its input.
      execFileSync('security', ['-i'], {
        ...options,
        input: `add-generic-password -U -s ${SERVICE} -a "${account}" -w "${value}"\n`,
      });
    else
      execFileSync('secret-tool', ['store', '--label', 'OpenClaw secrets', 'service', SERVICE, 'account', account], {
        ...options,
        input: value,
      });
  } catch (error) {
    throw noKeychain(error);
  }
}

/** What reaches the keyring of the logged-in user, and nothing else of the gateway's environment. */
function sessionOf(env: Environment): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'];
  return Object.fromEntries(
    names.flatMap((name) => (env.get(name) === undefined ? [] : [[name, env.get(name) ?? '']])),
  );
}

const noKeychain = (cause: unknown): OpenclawError =>
  new OpenclawError(
    'SECRETS_KEY',
    `OPENCLAW_SECRETS_KEYCHAIN is 1, but the keychain can't be used (${messageOf(cause)}); install secret-tool (Debian: libsecret-tools) and unlock the keyring, or unset the variable`,
    { cause, exitCode: 78 },
  );
