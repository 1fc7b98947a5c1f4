import { quoted } from '../common/cli/own-commands';
import { hostOf, isLocalHost } from '../common/net/host';
import { isPlainObject } from '../common/plain-object';
import { type AuditCheck, type AuditFacts, type AuditFinding, each, when } from './audit-finding';

interface Account {
  /** Path of its block. */
  path: string;
  block: Record<string, unknown>;
}

/** The blocks of all accounts; a channel's own block is that of its default account. */
function accountsOf({ config }: AuditFacts): Account[] {
  return Object.entries(config.channels ?? {}).flatMap(([channel, block]) => {
    if (!isPlainObject(block) || channel === 'defaults' || block['enabled'] === false) return [];
    const accounts = isPlainObject(block['accounts']) ? Object.entries(block['accounts']) : [];
    return [
      { path: `channels.${channel}`, block },
      ...accounts.flatMap(([id, own]) =>
        isPlainObject(own) && own['enabled'] !== false
          ? [{ path: `channels.${channel}.accounts.${id}`, block: own }]
          : [],
      ),
    ];
  });
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Policy of direct messages; some platforms keep it one level deeper. */
function directPolicy({ block }: Account): unknown {
  return block['dmPolicy'] ?? (isPlainObject(block['dm']) ? block['dm']['policy'] : undefined);
}

/** Whether strangers can start a turn at all. */
const hasStrangers = (facts: AuditFacts): boolean =>
  accountsOf(facts).some((account) => directPolicy(account) === 'open' || account.block['groupPolicy'] === 'open');

const openDirect: AuditCheck = (facts) =>
  each(accountsOf(facts), (account) =>
    directPolicy(account) === 'open'
      ? {
          id: 'channels.open_direct_messages',
          severity: 'warn',
          message: `${account.path}: everybody on the platform may write to the assistant and spend your tokens`,
          fix: `openclaw config set ${quoted(`${account.path}.dmPolicy`)} '"pairing"'`,
        }
      : undefined,
  );

const openGroups: AuditCheck = (facts) =>
  each(accountsOf(facts), ({ path, block }) =>
    block['groupPolicy'] === 'open'
      ? {
          id: 'channels.open_groups',
          severity: 'warn',
          message: `${path}: the assistant answers in every group that it is added to`,
          fix: `openclaw config set ${quoted(`${path}.groupPolicy`)} '"allowlist"'`,
        }
      : undefined,
  );

const wildcards: AuditCheck = (facts) =>
  each(accountsOf(facts), (account) => {
    const isOpen = directPolicy(account) === 'open';
    const lists = ['allowFrom', 'groupAllowFrom'].filter((key) => list(account.block[key]).includes('*'));
    return lists.length > 0 && !isOpen
      ? {
          id: 'channels.wildcard',
          severity: 'warn',
          message: `${account.path}: ${lists.join(' and ')} holds "*", so everybody is let in`,
          fix: 'list the ids of the people you know',
        }
      : undefined;
  });

const previews: AuditCheck = (facts) =>
  each(accountsOf(facts), ({ path, block }) =>
    block['linkPreview'] === true
      ? {
          id: 'channels.link_previews',
          severity: 'warn',
          message: `${path}.linkPreview: the platform fetches addresses in answers, which can carry away what was read`,
          fix: `openclaw config unset ${quoted(`${path}.linkPreview`)}`,
        }
      : undefined,
  );

const plainApi: AuditCheck = (facts) =>
  each(accountsOf(facts), ({ path, block }) => {
    const { apiRoot } = block;
    if (typeof apiRoot !== 'string' || !URL.canParse(apiRoot)) return undefined;
    const url = new URL(apiRoot);
    return url.protocol === 'http:' && !isLocalHost(hostOf(url))
      ? {
          id: 'channels.plain_api',
          severity: 'critical',
          message: `${path}.apiRoot ${url.origin} has no TLS: the bot's token goes over the network in plain text`,
          fix: 'use https://',
        }
      : undefined;
  });

const elevated: AuditCheck = (facts) => {
  const settings = facts.config.tools?.elevated;
  const allowed = Object.entries(settings?.allowFrom ?? {});
  const isOn = settings?.enabled !== false && allowed.length > 0;
  return [
    ...each(allowed, ([channel, ids]) => wildElevated(channel, list(ids))),
    ...when(isOn && hasStrangers(facts), {
      id: 'elevated.with_strangers',
      severity: 'critical',
      message: 'tools.elevated is on while strangers may write: one wrong id and they command this machine',
      fix: 'openclaw config set tools.elevated.enabled false',
    }),
  ];
};

function wildElevated(channel: string, ids: readonly unknown[]): AuditFinding | undefined {
  return ids.includes('*')
    ? {
        id: 'elevated.wildcard',
        severity: 'critical',
        message: `tools.elevated.allowFrom.${channel} holds "*": everybody on it may run commands on this machine`,
        fix: 'list your own ids',
      }
    : undefined;
}

const hostWithStrangers: AuditCheck = (facts) => {
  const { exec } = facts.config.tools ?? {};
  return when(exec?.host === 'gateway' && exec.security === 'full' && hasStrangers(facts), {
    id: 'exec.full_with_strangers',
    severity: 'critical',
    message: 'tools.exec runs every command on this machine while strangers may write to the assistant',
    fix: 'openclaw config set tools.exec.host sandbox',
  });
};

/** Who may write to the assistant, and what they reach. */
export const PEOPLE_CHECKS: readonly AuditCheck[] = [
  openDirect,
  openGroups,
  wildcards,
  previews,
  plainApi,
  elevated,
  hostWithStrangers,
];
