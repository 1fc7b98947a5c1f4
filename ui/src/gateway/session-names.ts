import { t } from '@lingui/core/macro';
import { readJobText } from '../../../src/common/job-text';
import { shortId } from '../../../src/common/short-id';

export interface NamedSession {
  key: string;
  label?: string;
  displayName?: string;
  derivedTitle?: string;
}

/** What a session is called on screen. */
export function titleOf({ key, label, displayName, derivedTitle }: NamedSession): string {
  if (label) return label;
  const name = shortKey(key);
  if (isMain(key)) return name;
  // A command says nothing about what came after it.
  const title = derivedTitle?.startsWith('/') ? undefined : derivedTitle;
  if (isOfJob(key)) return displayName ?? (title && readJobText(title)?.name) ?? name;
  return displayName ?? title ?? (isNew(key) ? t`New conversation` : name);
}

/** The part of a key that tells sessions apart. */
export function shortKey(key: string): string {
  const [agent = '', ...parts] = (key.startsWith('agent:') ? key.slice('agent:'.length) : key).split(':');
  const rest = parts.join(':');
  if (rest === 'main') return agent === 'main' ? t`Main` : agent;
  if (isNew(key)) return t`New conversation`;
  // The rest of such a key is the id of the job, which says nothing.
  if (parts[0] === 'cron') return t`Scheduled job`;
  return rest || key;
}

/** Conversations that jobs have by themselves. */
export const isOfJob = (key: string): boolean => key.includes(':cron:');

export const isMain = (key: string): boolean => key === 'global' || key.endsWith(':main');

/** Made by this page, which gives no better name. */
const isNew = (key: string): boolean => /:ui-[\da-f]{8}$/.test(key);

/** A key that nobody has used yet, beside the main session of an agent. */
export function newSessionKey(mainKey: string): string {
  const prefix = mainKey.endsWith(':main') ? mainKey.slice(0, -':main'.length) : 'agent:main';
  return `${prefix}:ui-${shortId(crypto.randomUUID())}`;
}
