import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { SkillCatalog } from '../catalog/skill-catalog.service';
import { isFetchableAddress } from './fetch-source';

/** A registry that does not answer within this is as good as none. */
const TIMEOUT_MS = 3000;
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
const MAX_ADDRESS = 500;
/** Fields in which registries say where a skill lies. */
const ADDRESS_FIELDS = ['source', 'repository', 'url'];

export interface FoundSkill {
  slug: string;
  name: string;
  summary: string;
  version?: string;
  /** https address that `skills.fetch` can take, where the registry says one. */
  source?: string;
  /** Where it was found. */
  origin: 'local' | 'registry';
  installed: boolean;
}

/** Search for skills: on this machine, and in the registry of `skills.registry.url` where one is set. */
@Injectable()
export class SkillRegistry {
  constructor(
    private readonly config: ConfigService,
    private readonly catalog: SkillCatalog,
    private readonly http: GuardedHttp,
  ) {}

  async search(query: string, limit: number): Promise<{ results: FoundSkill[]; registry: string; note?: string }> {
    const words = wordsOf(query);
    const local = this.catalog
      .judgedOf(defaultAgentId(this.config.config))
      .map(({ manifest }) => ({ manifest, score: scoreOf(words, manifest.name, manifest.description) }))
      .filter(({ score }) => score > 0 || words.length === 0)
      .sort((a, b) => b.score - a.score)
      .map(({ manifest }): FoundSkill => ({
        slug: manifest.name,
        name: manifest.name,
        summary: manifest.description,
        ...(manifest.version === undefined ? {} : { version: manifest.version }),
        origin: 'local',
        installed: true,
      }));
    const url = this.config.config.skills?.registry?.url;
    if (url === undefined)
      return {
        results: local.slice(0, limit),
        registry: 'none',
        note: 'no registry is configured (skills.registry.url)',
      };
    try {
      const answer = await this.ask(
        `${url.replace(/\/$/, '')}/api/v1/search?q=${encodeURIComponent(query)}&limit=${limit}`,
      );
      const known = new Set(local.map(({ slug }) => slug));
      const remote = listOf(answer)
        .flatMap(asFound)
        .filter(({ slug }) => !known.has(slug));
      return { results: [...local, ...remote].slice(0, limit), registry: url };
    } catch (error) {
      return {
        results: local.slice(0, limit),
        registry: url,
        note: `the registry did not answer: ${messageOf(error)}`,
      };
    }
  }

  /** @returns undefined when no registry knows it */
  async detail(slug: string): Promise<FoundSkill | undefined> {
    const url = this.config.config.skills?.registry?.url;
    if (url === undefined) return undefined;
    try {
      const answer = await this.ask(`${url.replace(/\/$/, '')}/api/v1/skills/${encodeURIComponent(slug)}`);
      const value = isPlainObject(answer) && isPlainObject(answer['skill']) ? answer['skill'] : answer;
      return asFound(value)[0];
    } catch {
      return undefined;
    }
  }

  private async ask(url: string): Promise<unknown> {
    const answer = await this.http.request({
      url,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      trustedOrigins: [new URL(url).origin],
    });
    if (answer.status >= 400) throw new Error(`it answered ${answer.status}`);
    return JSON.parse(answer.body.toString('utf8')) as unknown;
  }
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

const scoreOf = (words: readonly string[], name: string, description: string): number =>
  words.reduce(
    (sum, word) =>
      sum + (name.toLowerCase().includes(word) ? 3 : 0) + (description.toLowerCase().includes(word) ? 1 : 0),
    0,
  );

function listOf(answer: unknown): unknown[] {
  if (Array.isArray(answer)) return answer;
  if (!isPlainObject(answer)) return [];
  const list = answer['results'] ?? answer['items'] ?? answer['skills'];
  return Array.isArray(list) ? list : [];
}

/** What a registry says is a stranger's text: only these fields, cut. */
function asFound(value: unknown): FoundSkill[] {
  if (!isPlainObject(value) || typeof value['slug'] !== 'string') return [];
  const text = (key: string, max: number): string | undefined =>
    typeof value[key] === 'string' ? cutText(value[key].replace(/\s+/g, ' '), max) : undefined;
  const version = text('version', 40);
  const source = ADDRESS_FIELDS.map((field) => value[field]).find(
    (each): each is string => typeof each === 'string' && each.length <= MAX_ADDRESS && isFetchableAddress(each),
  );
  return [
    {
      slug: cutText(value['slug'], 200, { mark: '' }),
      name: text('displayName', 100) ?? text('name', 100) ?? cutText(value['slug'], 100, { mark: '' }),
      summary: text('summary', 300) ?? text('description', 300) ?? '',
      ...(version === undefined ? {} : { version }),
      ...(source === undefined ? {} : { source }),
      origin: 'registry',
      installed: false,
    },
  ];
}
