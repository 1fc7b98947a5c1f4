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
