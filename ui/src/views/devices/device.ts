import { t } from '@lingui/core/macro';
import { shortId } from '../../../../src/common/short-id';

export interface Device {
  deviceId: string;
  displayName?: string;
  operatorLabel?: string;
  platform?: string;
  clientId?: string;
  role?: string;
  roles?: string[];
  scopes?: string[];
  remoteIp?: string;
}

export interface PairedDevice extends Device {
  approvedAtMs: number;
  tokens?: { role: string; lastUsedAtMs?: number; revokedAtMs?: number }[];
}

export interface PendingDevice extends Device {
  requestId: string;
  ts: number;
}

export interface Devices {
  pending: PendingDevice[];
  paired: PairedDevice[];
}

const PAGE = 'openclaw-control-ui';
export const MAX_NAME = 60;

/** Browsers of earlier versions had no name of their own. */
export const nameOf = ({ operatorLabel, displayName, clientId, platform, deviceId }: Device): string =>
  operatorLabel ??
  displayName ??
  (clientId === PAGE ? t`A browser with this page` : undefined) ??
  ([clientId, platform].filter(Boolean).join(' on ') || shortId(deviceId, 12));

export const isOnlyNode = ({ roles, role }: Device): boolean => (roles ?? [role]).every((each) => each === 'node');

export const lastUsed = ({ tokens, approvedAtMs }: PairedDevice): number =>
  Math.max(approvedAtMs, ...(tokens ?? []).map(({ lastUsedAtMs }) => lastUsedAtMs ?? 0));

const RIGHTS: Readonly<Record<string, string>> = {
  get 'operator.admin'() {
    return t`everything`;
  },
  get 'operator.read'() {
    return t`read`;
  },
  get 'operator.write'() {
    return t`write to the assistant`;
  },
  get 'operator.approvals'() {
    return t`decide about calls`;
  },
  get 'operator.pairing'() {
    return t`let people and devices in`;
  },
  get 'operator.questions'() {
    return t`answer questions`;
  },
};

/** What a device may do, in words; whoever may do everything may do the rest as well. */
export function rightsOf({ scopes = [], roles, role }: Device): string {
  if (scopes.includes('operator.admin')) return RIGHTS['operator.admin'] ?? '';
  const named = scopes.map((scope) => RIGHTS[scope] ?? scope);
  if ((roles ?? [role]).includes('node')) named.push(t`be used by the assistant`);
  return named.join(', ');
}
