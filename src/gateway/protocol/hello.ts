import type { Protocol } from './limits';

export interface PresenceEntry {
  ts: number;
  host?: string;
  ip?: string;
  version?: string;
  platform?: string;
  deviceFamily?: string;
  modelIdentifier?: string;
  mode?: string;
  lastInputSeconds?: number;
  reason?: string;
  tags?: string[];
  text?: string;
  deviceId?: string;
  roles?: string[];
  scopes?: string[];
  instanceId?: string;
}

/** How a client that asked for it goes on with its events. */
export interface HelloResume {
  /** Names what it is told from now on; to be sent back with the last number seen. */
  epoch: string;
  /** Events that follow have the numbers behind this one. */
  seq: number;
  /** `resync`: what it missed is not known any more, so that it has to read everything anew. */
  state: 'new' | 'resumed' | 'resync';
  /** How many events follow that it has missed. */
  missed?: number;
}

export interface HelloOk {
  type: 'hello-ok';
  protocol: Protocol;
  server: { version: string; host?: string; connId: string; buildId?: string; bootId?: string };
  features: { methods: string[]; events: string[]; capabilities?: string[] };
  snapshot: {
    presence: PresenceEntry[];
    health: Record<string, unknown>;
    stateVersion: { presence: number; health: number };
    uptimeMs: number;
    configPath?: string;
    stateDir?: string;
    sessionDefaults?: { defaultAgentId: string; mainKey: string; mainSessionKey: string; scope?: string };
    authMode?: string;
  };
  resume?: HelloResume;
  canvasHostUrl?: string;
  pluginSurfaceUrls?: Record<string, string>;
  auth: { method?: string; role: string; scopes: string[]; deviceToken?: string; issuedAtMs?: number };
  policy: {
    maxPayload: number;
    maxBufferedBytes: number;
    tickIntervalMs: number;
    attachments?: { maxBytes: number; maxImageBytes: number };
  };
}
