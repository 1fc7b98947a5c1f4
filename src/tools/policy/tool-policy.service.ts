import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import type { OpenclawConfig } from '../../config/openclaw.config';
import type { PolicySubject } from '../agent-tool';
import { type RegisteredTool, ToolRegistry, speakerOf } from '../tool-registry.service';
import {
  type ForeignTools,
  type PolicyLayer,
  type PolicyVerdict,
  evaluatePolicy,
  unknownNames,
} from './evaluate-policy';
import { policyLayers } from './policy-layers';

/** How a tool stands for somebody, with the link of the chain that took it away. */
export interface ToolStanding {
  name: string;
  core: boolean;
  /** Whose words `unavailable` is. */
  speaker: ContentOrigin;
  allowed: boolean;
  /** Link of the chain that refused. */
  layer?: string;
  reason?: string;
  /** Why it can't work here although it is allowed. */
  unavailable?: string;
}

/** The one place that decides which tools somebody has. */
@Injectable()
export class ToolPolicyService {
  private readonly log: Logger;
  private readonly warned = new Set<string>();
  /** What tools of the gateway's own know of those of plugins. */
  private readonly ownTools: ForeignTools;
  /** Layers of a subject; made anew when the configuration changes. */
  private cache: { config: OpenclawConfig; layers: Map<string, PolicyLayer[]> } | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly registry: ToolRegistry,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('tools/policy');
    this.ownTools = { groups: [], ofPlugins: registry.pluginNames() };
  }

  evaluate(tool: string, subject: PolicySubject): PolicyVerdict {
    const { agents, groups } = this.registry.find(tool) ?? {};
    if (agents && !agents.has(subject.agentId))
      return { allowed: false, layer: 'mcp.servers', reason: `it is not configured for agent "${subject.agentId}"` };
    return evaluatePolicy(
      this.registry.canonicalName(tool),
      this.layersOf(subject),
      (name) => this.registry.canonicalName(name),
      groups ? { groups, ofPlugins: this.registry.pluginNames() } : this.ownTools,
    );
  }

  /** Tools that a turn may use, in a stable order. */
  allowedTools(subject: PolicySubject): RegisteredTool[] {
    return this.registry.all().filter((tool) => this.evaluate(tool.declaration.name, subject).allowed);
  }

  /** Every tool and how it stands. */
  explain(subject: PolicySubject): ToolStanding[] {
    return this.registry.all().map((tool) => {
      const { declaration, handler } = tool;
      const verdict = this.evaluate(declaration.name, subject);
      const unavailable = handler.unavailableReason?.();
      return {
        name: declaration.name,
        core: declaration.core,
        speaker: speakerOf(tool),
        allowed: verdict.allowed,
        ...(verdict.allowed ? {} : { layer: verdict.layer, reason: verdict.reason }),
        ...(unavailable === undefined ? {} : { unavailable }),
      };
    });
  }

  private layersOf(subject: PolicySubject): PolicyLayer[] {
    const { config } = this.config;
    if (this.cache?.config !== config) this.cache = { config, layers: new Map() };
    const key = JSON.stringify(subject);
    let layers = this.cache.layers.get(key);
    if (!layers) {
      layers = policyLayers(config, subject);
      this.warnOfUnknown(layers);
      if (this.cache.layers.size >= MAX_CACHED) this.cache.layers.clear();
      this.cache.layers.set(key, layers);
    }
    return layers;
  }

  /** A name that matches nothing is usually a typing error, and then protects nothing. */
  private warnOfUnknown(layers: readonly PolicyLayer[]): void {
    const known = new Set([
      ...this.registry.all().map((tool) => tool.declaration.name),
      ...this.registry.pluginNames(),
    ]);
    for (const { name, policy } of layers) {
      for (const entry of unknownNames(policy, known, (alias) => this.registry.canonicalName(alias))) {
        if (this.warned.has(`${name}:${entry}`)) continue;
        this.warned.add(`${name}:${entry}`);
        this.log.warn({ layer: name, entry }, `${name} names "${entry}", which is no tool here`);
      }
    }
  }
}

const MAX_CACHED = 500;
