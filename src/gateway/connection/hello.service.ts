import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { appVersion } from '../../common/app-root';
import { ConfigService } from '../../config/config.service';
import { isEventOf } from '../../rpc/answer-views';
import { EVENT_RULES } from '../../rpc/event-rules';
import { satisfies } from '../../rpc/scopes';
import { defaultAgentId } from '../../config/agent-entries';
import { mainSessionKey } from '../../config/main-session';
import { ATTACHMENT_LIMITS, MAX_BUFFERED, MAX_PAYLOAD, TICK_INTERVAL_MS } from '../protocol/limits';
import { RuntimeSettingsService } from '../runtime-settings.service';
import { HelloSnapshot } from './hello-snapshot';
import type { HelloResume } from '../protocol/hello';
import type { Grant } from './handshake.service';
import { RESUMES } from './resume.service';
import { PresenceService } from './presence.service';
import { RpcRegistry } from './rpc-registry';

/** What clients of OpenClaw ask whether it is so: `models.list` names what can be used here, with details. */
const KEPT_PROMISES = ['published-model-catalog'];

/** Builds the `hello-ok` payload. What does not depend on the client is serialised once. */
@Injectable()
export class HelloService {
  private readonly startedAt = performance.now();
  private readonly bootId = randomUUID();
  private readonly featuresJson: { 3?: string; 4?: string } = {};

  constructor(
    private readonly registry: RpcRegistry,
    private readonly presence: PresenceService,
    private readonly snapshot: HelloSnapshot,
    private readonly settings: RuntimeSettingsService,
    private readonly config: ConfigService,
  ) {}

  uptimeMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  /** JSON text of the payload. */
  build(connectionId: string, grant: Grant, resume?: HelloResume): string {
    const { config } = this.config;
    const mayRead = satisfies(new Set(grant.scopes), 'operator.read');
    const health = mayRead ? this.snapshot.health() : { json: '{}', version: 0 };
    const presence = mayRead ? this.presence.list() : [];
    const agentId = defaultAgentId(config);
    const server = { version: appVersion(), host: hostname(), bootId: this.bootId, connId: connectionId };
    const facts = {
      stateVersion: { presence: this.presence.version, health: health.version },
      uptimeMs: this.uptimeMs(),
      ...(mayRead ? { configPath: this.config.path, stateDir: this.config.stateDir } : {}),
      sessionDefaults: {
        defaultAgentId: agentId,
        mainKey: 'main',
        mainSessionKey: mainSessionKey(config, agentId),
        scope: config.session?.scope ?? 'per-sender',
      },
      authMode: this.settings.current.auth.mode,
    };
    const auth = {
      method: grant.method,
      role: grant.role,
      scopes: grant.scopes,
      ...(grant.deviceToken ? { deviceToken: grant.deviceToken, issuedAtMs: grant.issuedAtMs } : {}),
    };
    const policy = {
      maxPayload: MAX_PAYLOAD,
      maxBufferedBytes: MAX_BUFFERED,
      tickIntervalMs: TICK_INTERVAL_MS,
      attachments: ATTACHMENT_LIMITS,
    };
    return (
      `{"type":"hello-ok","protocol":${grant.protocol},"server":${JSON.stringify(server)},"features":${this.features(grant.protocol)},` +
      `"snapshot":{"presence":${JSON.stringify(presence)},"health":${health.json},${JSON.stringify(facts).slice(1)},` +
      `${grant.protocol === 4 ? '"pluginSurfaceUrls":{},' : ''}${resume ? `"resume":${JSON.stringify(resume)},` : ''}"auth":${JSON.stringify(auth)},"policy":${JSON.stringify(policy)}}`
    );
  }

  private features(protocol: 3 | 4): string {
    return (this.featuresJson[protocol] ??= JSON.stringify({
      methods: this.registry.listed(),
      events: Object.keys(EVENT_RULES).filter((name) => isEventOf(protocol, name)),
      capabilities: [RESUMES, ...(protocol === 4 ? KEPT_PROMISES : [])],
    }));
  }
}
