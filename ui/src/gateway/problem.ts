import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { messageOf as plainMessageOf } from '../../../src/common/openclaw-error';
import { CallError } from '../../../packages/client/client';
import type { WireError } from './frames';
import { failureInWords } from './model-failures';

/** What is wrong and what to do about it, by the code that the gateway gives. */
const BY_CODE: Readonly<Record<string, () => string>> = {
  MISSING_SCOPE: () => t`You have no right to do that. Sign in with one that has it.`,
  FORBIDDEN: () => t`You have no right to do that. Sign in with one that has it.`,
  NOT_PAIRED: () =>
    t`This browser has not been let in yet. Let it in under Devices & nodes, or on the gateway’s machine.`,
  AUTH_TOKEN_MISSING: () => t`The gateway asks for a token. Open the login link that “openclaw dashboard” prints.`,
  AUTH_TOKEN_MISMATCH: () =>
    t`That is not the token of this gateway. Open the login link that “openclaw dashboard” prints.`,
  AUTH_PASSWORD_MISSING: () => t`The gateway asks for a password.`,
  AUTH_PASSWORD_MISMATCH: () => t`That is not the password of this gateway. Write it again.`,
  AUTH_RATE_LIMITED: () => t`Too many wrong attempts. Wait a minute, then try again.`,
  AUTH_SCOPE_MISMATCH: () => t`This device may do less than it asks for. Approve it again under Devices & nodes.`,
  AUTH_BOOTSTRAP_TOKEN_INVALID: () =>
    t`This code was used before or is too old. Have a new one shown under Devices & nodes.`,
  DEVICE_AUTH_SIGNATURE_EXPIRED: () => t`The clocks of this device and of the gateway differ too much. Set them right.`,
  PROTOCOL_MISMATCH: () => t`The page and the gateway are of different versions. Reload the page.`,
  CONTROL_UI_ORIGIN_NOT_ALLOWED: () =>
    t`The gateway does not answer pages of this address. Add it to gateway.controlUi.allowedOrigins.`,
  FILE_CHANGED: () => t`The file was changed meanwhile. Read it again, then write.`,
  SESSION_CHANGED: () => t`The conversation was changed meanwhile. Read it again, then write.`,
  AGENT_NOT_FOUND: () => t`There is no such agent any more. Choose another one.`,
  UNKNOWN_AGENT_ID: () => t`There is no such agent any more. Choose another one.`,
  AGENT_BUSY: () => t`The agent is working. Wait until it has finished, or stop it.`,
  AGENT_TIMEOUT: () => t`There was no answer in time. Look at the trace, or try again.`,
  CRON_JOB_NOT_FOUND: () => t`There is no such job any more.`,
  SCHEDULE_NOT_UNDERSTOOD: () =>
    t`That time is not understood. Write it like “every weekday at 9” or “tomorrow at noon”.`,
  SECRET_UNKNOWN: () => t`There is no such secret any more.`,
  SECRET_IN_USE: () => t`A setting uses this secret. Change the setting first.`,
  APPROVAL_NOT_FOUND: () => t`That question has been answered, or its time is over.`,
  GRANT_NOT_FOUND: () => t`That permission has ended already.`,
  ACCOUNT_UNKNOWN: () => t`There is no such account. Look at the channels in the settings.`,
  CONFIG_HISTORY_UNKNOWN: () => t`That version is not kept any more.`,
  TOOL_DENIED: () => t`The rules do not allow that tool. Look under What it may do.`,
  TOOL_UNKNOWN: () => t`There is no such tool.`,
  SANDBOX_MISSING: () =>
    t`Commands can’t run in a sandbox on this machine. Install bubblewrap, or allow them on the machine.`,
  BROWSER_UNAVAILABLE: () =>
    t`There is no browser on the gateway’s machine. Install Chromium, or set browser.executablePath.`,
};

/** Codes that this page has words for; what else there is, is told as the gateway tells it. */
export const KNOWN_CODES = Object.keys(BY_CODE);

const isEnglish = (): boolean => i18n.locale === 'en' || i18n.locale === '';

/**
 * What was refused, in the language of the page. The gateway's own words are English and name more; they stand behind it,
 * and alone where the page speaks English too.
 */
export function errorInWords({ code, message, details }: WireError, isUnknown = false): string {
  if (isEnglish()) return message;
  if (isUnknown) return t`The gateway does not answer. The page connects by itself again; try it then. (${message})`;
  const words = BY_CODE[String(details?.['code'] ?? '')] ?? BY_CODE[code];
  if (words) return `${words()} (${message})`;
  if (code === 'INVALID_REQUEST') return t`The gateway did not accept it: ${message}`;
  return failureInWords(message);
}

/** The message of anything that can be thrown, in the language of the page where that is known. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof CallError) return errorInWords(thrown.error, thrown.isUnknown);
  return failureInWords(plainMessageOf(thrown));
}
