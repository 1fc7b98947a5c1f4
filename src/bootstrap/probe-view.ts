import type { HelloOk } from '../gateway/protocol/hello';
import type { FoundGateway } from '../operations/discovery/mdns';
import { beaconsView } from '../operations/discovery/beacons-view';

export interface Probed {
  url: string;
  /** Why it is asked. */
  from: string;
  ok: boolean;
  ms: number;
  version?: string;
  error?: string;
}

/** An attempt, with what a gateway that answered said. */
export interface Attempt extends Probed {
  hello?: HelloOk;
}

interface Round {
  timeoutMs: number;
  durationMs: number;
  /** Undefined where nobody listened for any. */
  found: { gateways: readonly FoundGateway[]; timeoutMs: number } | undefined;
  localUrl: string;
}

const KINDS: Readonly<Record<string, string>> = {
  'this machine': 'localLoopback',
  configuration: 'configRemote',
  '--url': 'explicit',
  announced: 'discovered',
};

/** All attempts, for programs. */
export function probeView(attempts: readonly Attempt[], round: Round): object {
  const targets = attempts.map(targetOf);
  const primary = targets.find(({ connect }) => connect.ok);
  return {
    ok: primary !== undefined,
    // What only announces itself is not expected to let anybody in.
    degraded: targets.some(({ kind, connect }) => !connect.ok && kind !== KINDS['announced']),
    ts: Date.now(),
    durationMs: round.durationMs,
    timeoutMs: round.timeoutMs,
    primaryTargetId: primary?.id ?? null,
    warnings: attempts.flatMap(({ ok, url, error }, index) =>
      ok ? [] : [{ code: 'unreachable', message: `${url}: ${error ?? ''}`, targetIds: [targets[index]?.id] }],
    ),
    network: { localLoopbackUrl: round.localUrl },
    ...(round.found ? { discovery: beaconsView(round.found.gateways, round.found.timeoutMs) } : {}),
    targets,
    gateways: attempts.map(({ hello: _, ...probed }) => probed),
  };
}

interface Target {
  id: string;
  kind: string;
  url: string;
  active: boolean;
  connect: { ok: boolean; latencyMs: number; error: string | null };
  auth?: object;
  server?: object;
  self?: object | null;
  health?: object;
  presence?: object;
}

function targetOf({ url, from, ok, ms, error, hello }: Attempt, index: number): Target {
  const kind = KINDS[from] ?? from;
  return {
    id: kind === 'discovered' ? `${kind}-${index}` : kind,
    kind,
    url,
    active: ok,
    connect: { ok, latencyMs: ms, error: error ?? null },
    ...(hello ? toldBy(hello) : {}),
  };
}

function toldBy({ auth, server, snapshot }: HelloOk): Pick<Target, 'auth' | 'server' | 'self' | 'health' | 'presence'> {
  return {
    auth: { role: auth.role, scopes: auth.scopes },
    server: { version: server.version, connId: server.connId },
    self: snapshot.presence.find(({ reason }) => reason === 'self') ?? null,
    health: snapshot.health,
    presence: snapshot.presence,
  };
}
