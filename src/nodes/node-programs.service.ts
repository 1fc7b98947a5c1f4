import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../common/logger';
import { isPlainObject } from '../common/plain-object';
import { EventBus } from '../events/event-bus';
import type { ConnectedNode } from '../events/event-map';
import { SkillCatalog } from '../skills/catalog/skill-catalog.service';
import { NodeRegistry } from './connected-nodes.service';

const ASK_TIMEOUT_MS = 15_000;
/** After the last change of skills nodes are asked again whether they have what those want. */
const ASK_AGAIN_MS = 30_000;
const PLATFORMS: readonly (readonly [RegExp, string])[] = [
  [/^(macos|darwin)/i, 'darwin'],
  [/^linux/i, 'linux'],
  [/^win/i, 'win32'],
];

/** Asks connected nodes which programs they have, so that skills which need them can be used. */
@Injectable()
export class NodePrograms {
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly nodes: NodeRegistry,
    private readonly skills: SkillCatalog,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('nodes');
  }

  listen(): void {
    this.events.on('node.connected', (node) => {
      // The registry hears of it in the same moment; after that it can be asked.
      setImmediate(() => void this.ask(node));
    });
    this.events.on('node.gone', ({ nodeId }) => {
      // It may be back already, over another connection.
      if (!this.nodes.connected().some((node) => node.nodeId === nodeId)) this.skills.setNode(nodeId, undefined);
    });
    this.events.on('skills.changed', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        for (const node of this.nodes.connected()) void this.ask(node);
      }, ASK_AGAIN_MS);
      this.timer.unref();
    });
  }

  private async ask(node: ConnectedNode): Promise<void> {
    const platform = PLATFORMS.find(([pattern]) => pattern.test(node.platform))?.[1];
    if (platform === undefined || !this.nodes.can(node, 'system.run') || !this.nodes.can(node, 'system.which')) return;
    try {
      const { payload } = await this.nodes.invoke(
        node.nodeId,
        'system.which',
        { bins: this.skills.wantedPrograms() },
        { timeoutMs: ASK_TIMEOUT_MS },
      );
      this.skills.setNode(node.nodeId, { platform, bins: new Set(programsIn(payload)) });
    } catch (error) {
      this.log.debug({ nodeId: node.nodeId, error }, 'the node did not say which programs it has');
    }
  }
}

/** `{bins: [names]}` or `{bins: {name: path}}`. */
function programsIn(payload: unknown): string[] {
  const bins = isPlainObject(payload) ? payload['bins'] : undefined;
  if (Array.isArray(bins)) return bins.filter((bin): bin is string => typeof bin === 'string');
  return isPlainObject(bins) ? Object.keys(bins).filter((bin) => Boolean(bins[bin])) : [];
}
