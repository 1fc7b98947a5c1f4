import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { readTextIfExists, writeFileAtomic } from '../common/atomic-file';
import { cutText } from '../common/cut-text';
import { isPlainObject } from '../common/plain-object';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';

const USUAL: readonly string[] = ['openclaw', 'claude', 'computer'];
const MOST = 32;
const LONGEST = 64;

/** Words by which devices know that they are spoken to. Devices are told of them when they come and when they change. */
@Injectable()
export class WakeWords {
  constructor(
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  listen(): void {
    this.events.on('node.connected', ({ connectionId }) => {
      this.events.emit('wire.event', {
        event: 'voicewake.changed',
        payload: { triggers: this.triggers() },
        connectionIds: new Set([connectionId]),
      });
    });
  }

  triggers(): string[] {
    const text = readTextIfExists(this.path);
    try {
      const stored: unknown = text === undefined ? undefined : JSON.parse(text);
      const given = isPlainObject(stored) && Array.isArray(stored['triggers']) ? (stored['triggers'] as unknown[]) : [];
      return tidy(given.filter((word): word is string => typeof word === 'string'));
    } catch {
      return [...USUAL];
    }
  }

  set(words: readonly string[]): string[] {
    const triggers = tidy(words);
    writeFileAtomic(this.path, `${JSON.stringify({ triggers, updatedAtMs: Date.now() }, null, 2)}\n`);
    this.events.emit('wire.event', { event: 'voicewake.changed', payload: { triggers } });
    return triggers;
  }

  private get path(): string {
    return join(this.config.stateDir, 'settings', 'voicewake.json');
  }
}

function tidy(words: readonly string[]): string[] {
  const kept = words.map((word) => cutText(word.trim(), LONGEST, { mark: '' })).filter((word) => word !== '');
  return kept.length === 0 ? [...USUAL] : kept.slice(0, MOST);
}
