import { existsSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import { appRoot } from '../common/app-root';
import { ConfigFiles } from '../config/config-files';
import type { Environment } from '../config/environment';
import type { PresenceEntry } from '../gateway/protocol/hello';
import { findingView, secretDiagnostics, severitiesOf } from '../security/audit-view';
import { audit, readAuditFacts } from '../security/security-audit';
import { serviceView } from '../operations/service/service-view';

/** What of the state is told without a gateway. */
export async function machineView(env: Environment, { audited }: { audited: boolean }): Promise<object> {
  const { config } = new ConfigFiles(env).load();
  const facts = readAuditFacts(env);
  const root = appRoot();
  const system = { platform: platform(), arch: arch(), release: release() };
  return {
    os: { ...system, label: `${system.platform} ${system.release} (${system.arch})` },
    update: { root, installKind: existsSync(join(root, '.git')) ? 'git' : 'unknown' },
    updateChannel: config.update?.channel ?? 'dev',
    updateChannelSource: config.update?.channel === undefined ? 'default' : 'config',
    gatewayService: await serviceView(env),
    secretDiagnostics: secretDiagnostics(facts),
    ...(audited ? { securityAudit: auditView(audit(facts)) } : {}),
  };
}

const auditView = (findings: ReturnType<typeof audit>): object => ({
  collected: true,
  ts: Date.now(),
  summary: severitiesOf(findings),
  findings: findings.map(findingView),
});

interface Reached {
  url: string;
  version: string;
  uptimeMs: number;
  connectLatencyMs: number;
  presence: readonly PresenceEntry[];
}

interface Way {
  url: string;
  /** Address given on the command line. */
  flag: string | undefined;
}

/** How the gateway is reached. @param reached what it said, or why it said nothing */
export function gatewayView(env: Environment, { url, flag }: Way, reached: Reached | { error: string }): object {
  const { gateway } = new ConfigFiles(env).load().config;
  const isRemote = gateway?.mode === 'remote';
  const way = {
    mode: isRemote ? 'remote' : 'local',
    url,
    urlSource: flag !== undefined ? '--url' : isRemote ? 'gateway.remote.url' : 'local loopback',
    misconfigured: isRemote && gateway.remote?.url === undefined,
  };
  if ('error' in reached)
    return { running: false, ...way, reachable: false, connectLatencyMs: null, self: null, error: reached.error };
  const { version, uptimeMs, connectLatencyMs, presence } = reached;
  const self = presence.find(({ reason }) => reason === 'self');
  return {
    running: true,
    ...way,
    version,
    uptimeMs,
    reachable: true,
    connectLatencyMs,
    self: self ?? null,
    error: null,
  };
}

export interface ToldAgents {
  defaultId: string;
  ownership: string;
  selectionRequired: boolean;
  agents: readonly { id: string; workspace?: string }[];
}

export interface ToldSessions {
  count: number;
  byAgent?: readonly { agentId: string; path: string; count: number; recent: readonly { updatedAt: number }[] }[];
}

/** The agents and how much is going on in each. */
export function agentsSummary(told: ToldAgents, { count, byAgent = [] }: ToldSessions, now = Date.now()): object {
  const { defaultId, ownership, selectionRequired } = told;
  const agents = told.agents.map(({ id, workspace }) => {
    const sessions = byAgent.find(({ agentId }) => agentId === id);
    const lastUpdatedAt = sessions?.recent[0]?.updatedAt ?? null;
    return {
      id,
      workspaceDir: workspace ?? null,
      sessionsPath: sessions?.path ?? null,
      sessionsCount: sessions?.count ?? 0,
      lastUpdatedAt,
      lastActiveAgeMs: lastUpdatedAt === null ? null : Math.max(0, now - lastUpdatedAt),
    };
  });
  return { defaultId, ownership, selectionRequired, agents, totalSessions: count };
}
