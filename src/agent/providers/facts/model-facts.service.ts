import { join } from 'node:path';
import { Injectable, Optional } from '@nestjs/common';
import { readTextIfExists, writeFileAtomic } from '../../../common/atomic-file';
import { Clock, systemClock } from '../../../common/clock';
import { type Logger, LoggerFactory } from '../../../common/logger';
import { messageOf } from '../../../common/openclaw-error';
import { isPlainObject } from '../../../common/plain-object';
import { ConfigService } from '../../../config/config.service';
import type { ModelInfo } from '../model-info';
import { type ModelPlace, NEARBY_TIMEOUT_MS, askList, askNearby, isNearby } from './ask-server';
import { isModelId } from './local-answers';
import { type FactsById, type ModelFacts, readFacts } from './model-facts';

/** A server nearby may have been started anew with another window. */
const ASK_AGAIN_MS = 5 * 60_000;

/** Models of a server nearby that are asked for one by one. */
const MOST_ASKED = 30;

/** What one server is known to serve. */
interface PlaceFacts {
  models: FactsById;
  /** When its list of models was read, in milliseconds since 1970. */
  listedAt?: number;
}

export interface ListOutcome {
  /** Models of the list that was read; 0 where there was none. */
  models: number;
  error?: string;
}

/**
 * What servers say of their models: the window that a server nearby gives them, what providers list. Asked when a model
 * is first used, kept in a file over restarts, and asked again from time to time behind what is under way.
 */
@Injectable()
export class ModelFactsService {
  private readonly log: Logger;
  private places: Map<string, PlaceFacts> | undefined;
  /** When a model was last asked for; with whoever waits for it. */
  private readonly asked = new Map<string, { at: number; answer: Promise<void> }>();

  constructor(
    private readonly config: ConfigService,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
    /** How long a server nearby may take. */
    @Optional() private readonly nearbyMs: number = NEARBY_TIMEOUT_MS,
  ) {
    this.log = loggers.child('models/facts');
  }

  /** What is known of a model; asks nobody. */
  of(baseUrl: string, id: string): ModelFacts | undefined {
    const models = this.known().get(baseUrl)?.models;
    return models && Object.hasOwn(models, id) ? models[id] : undefined;
  }

  /** Ids of the list that a provider has last given. */
  listed(baseUrl: string): { ids: string[]; at: number } | undefined {
    const place = this.known().get(baseUrl);
    return place?.listedAt === undefined ? undefined : { ids: Object.keys(place.models), at: place.listedAt };
  }

  /**
   * Models that are about to be used, with what their servers say. Servers of models of which nothing is known yet are
   * asked, which takes a second at most; where something is known, it is looked at again behind what is under way.
   */
  async learned(lookUp: () => ModelInfo[]): Promise<ModelInfo[]> {
    const models = lookUp();
    const open = models.flatMap((info) => this.consider(info) ?? []);
    if (open.length === 0) return models;
    await Promise.all(open);
    return lookUp();
  }

  /** A model has answered, so it is loaded now: with what window was not known before. */
  answered(info: ModelInfo): void {
    const facts = this.of(info.baseUrl, info.id);
    if (facts?.presumed !== undefined && facts.served === undefined) void this.ask(info);
  }

  /** A refusal has named the window of a model. */
  refused({ baseUrl, id, contextWindow }: ModelInfo, limit: number): void {
    const old = this.of(baseUrl, id)?.refused;
    // Of several refusals in a row, all speak of the window that was believed in before the first.
    const instead = old && Math.min(old.instead, old.limit) === contextWindow ? old.instead : contextWindow;
    if (limit < instead) this.note(baseUrl, { [id]: { refused: { limit, instead } } });
  }

  /**
   * Reads the list of a provider's models anew; a server nearby is asked for each of them.
   * @param ids of its models that are known otherwise
   */
  async refresh(place: ModelPlace, ids: readonly string[] = []): Promise<ListOutcome> {
    try {
      const listed = await askList(place);
      const models = Object.keys(listed).length;
      if (models === 0) return { models, error: 'its list names no model that answers in text' };
      if (isNearby(place.baseUrl))
        for (const id of new Set([...ids, ...Object.keys(listed).slice(0, MOST_ASKED)]))
          Object.assign(listed, { [id]: (await askNearby(place, id, this.nearbyMs)) ?? listed[id] ?? {} });
      const old = this.known().get(place.baseUrl)?.models ?? {};
      const refusals = Object.entries(old).flatMap(([id, { refused }]) =>
        refused ? [[id, { refused }] as const] : [],
      );
      // What is listed no longer is gone; what was found out otherwise stays.
      const kept = isNearby(place.baseUrl) ? old : Object.fromEntries(refusals.filter(([id]) => id in listed));
      this.known().set(place.baseUrl, { models: merged(kept, listed), listedAt: this.clock.now() });
      this.keep();
      return { models };
    } catch (error) {
      return { models: 0, error: messageOf((error as { cause?: unknown }).cause ?? error) };
    }
  }

  /** Asks where that is due; returns what has to be waited for. */
  private consider(info: ModelInfo): Promise<void> | undefined {
    if (info.api === 'offline' || info.baseUrl === '') return undefined;
    const nearby = isNearby(info.baseUrl);
    const facts = this.of(info.baseUrl, info.id);
    const isKnown = nearby ? (facts?.served ?? facts?.presumed ?? facts?.listed) !== undefined : facts !== undefined;
    // What the configuration or the built-in list states need not be asked for, and what a provider lists stays so.
    if (info.isUnstated !== true || (isKnown && !nearby)) return undefined;
    const last = this.asked.get(keyOf(info));
    if (last && this.clock.monotonic() - last.at < ASK_AGAIN_MS) return isKnown ? undefined : last.answer;
    const answer = this.ask(info);
    return isKnown ? undefined : answer;
  }

  private ask(info: ModelInfo): Promise<void> {
    const answer = this.find(info).catch((error: unknown) =>
      this.log.debug({ model: info.id, server: info.baseUrl }, `nothing was learned of it: ${messageOf(error)}`),
    );
    this.asked.set(keyOf(info), { at: this.clock.monotonic(), answer });
    return answer;
  }

  private async find(info: ModelInfo): Promise<void> {
    if (!isNearby(info.baseUrl)) {
      await this.refresh(info);
      return;
    }
    const own = await askNearby(info, info.id, this.nearbyMs);
    if (!own) return;
    const before = this.of(info.baseUrl, info.id);
    this.note(info.baseUrl, { [info.id]: own });
    const { served, presumed } = this.of(info.baseUrl, info.id) ?? {};
    if (before?.served !== served || before?.presumed !== presumed)
      this.log.info({ model: info.id, server: info.baseUrl, window: served ?? presumed }, 'its server was asked');
  }

  /** Keeps what was learned, where it is new. */
  private note(baseUrl: string, found: FactsById): void {
    const place = this.known().get(baseUrl) ?? { models: {} };
    const models = merged(place.models, found);
    if (JSON.stringify(models) === JSON.stringify(place.models)) return;
    this.known().set(baseUrl, { ...place, models });
    this.keep();
  }

  private get path(): string {
    return join(this.config.stateDir, 'settings', 'model-facts.json');
  }

  private known(): Map<string, PlaceFacts> {
    return (this.places ??= readPlaces(readTextIfExists(this.path)));
  }

  private keep(): void {
    try {
      const places = Object.fromEntries(this.known());
      writeFileAtomic(this.path, `${JSON.stringify({ places }, null, 1)}\n`, 0o600);
    } catch (error) {
      // It is asked for again after the next start.
      this.log.warn({ path: this.path }, `what was learned of models is not kept: ${messageOf(error)}`);
    }
  }
}

const keyOf = ({ baseUrl, id }: ModelInfo): string => `${baseUrl} ${id}`;

function merged(old: FactsById, found: FactsById): FactsById {
  const all: FactsById = { ...old };
  for (const [id, facts] of Object.entries(found)) {
    // A window that is known is worth more than one that is likely.
    const { presumed: _, ...rest } = old[id] ?? {};
    all[id] = { ...rest, ...facts };
  }
  return all;
}

/** The file as it was kept; one that can't be read counts as none, as servers can be asked again. */
function readPlaces(text: string | undefined): Map<string, PlaceFacts> {
  const known = new Map<string, PlaceFacts>();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? '{}');
  } catch {
    return known;
  }
  if (!isPlainObject(parsed) || !isPlainObject(parsed['places'])) return known;
  for (const [baseUrl, place] of Object.entries(parsed['places'])) {
    if (!isPlainObject(place) || !isPlainObject(place['models'])) continue;
    const models = Object.entries(place['models']).filter(([id]) => isModelId(id));
    const { listedAt } = place;
    known.set(baseUrl, {
      models: Object.fromEntries(models.map(([id, facts]) => [id, readFacts(facts)])),
      ...(typeof listedAt === 'number' ? { listedAt } : {}),
    });
  }
  return known;
}
