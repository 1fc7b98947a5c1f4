import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { isBelow } from '../../common/paths/path-place';
import { type Logger, LoggerFactory } from '../../common/logger';
import { agentEntries, defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { type PolicySubject, isGuest } from '../../tools/agent-tool';
import { FileOrigins } from '../../tools/provenance/file-origins.store';
import { isTrusted, worstOrigin } from '../../tools/provenance/taint';
import { WorkspaceService } from '../../workspace/workspace.service';
import type { NodeFacts } from './gate';
import { skillFilter } from './skill-filter';
import { type JudgedSkill, SkillLibrary, type SkillShelf, managedSkillsPath } from './skill-library';
import { renderSkillList } from './skill-list';
import type { SkillManifest } from '../manifest/skill-manifest';

const DEFAULT_DEBOUNCE_MS = 250;
const LONGEST_UNREST_MS = 400;
/** Programs may come and go without a word; judgements are made anew after this. */
const JUDGED_FOR_MS = 30_000;
/** Characters of the list in a prompt: of skills that come with the gateway, and of the owner's own (some 1,500 tokens). */
const LIST_ROOM = { bundled: 1500, own: 5200 };
/** Rendered lists that are kept: one for each agent and choice of skills. */
const MOST_LISTS = 50;

/** What a prompt says of skills. */
export interface SkillList {
  prompt: string;
  /** Whose words it holds. */
  origin: ContentOrigin;
}

/** The skills of the running gateway, kept up to date. */
@Injectable()
export class SkillCatalog {
  readonly library: SkillLibrary;
  private readonly log: Logger;
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly nodes = new Map<string, NodeFacts>();
  private readonly judged = new Map<string, { until: number; skills: JudgedSkill[] }>();
  /** Rendered lists of the current version. */
  private readonly lists = new Map<string, string>();
  private current = 0;
  private timer: NodeJS.Timeout | undefined;
  private scanning: Promise<void> = Promise.resolve();
  private unlisten: (() => void) | undefined;
  private unrestSince: number | undefined;
  private folders: ReadonlySet<string> = new Set();
  private watching = false;

  constructor(
    private readonly config: ConfigService,
    workspaces: WorkspaceService,
    private readonly events: EventBus,
    private readonly origins: FileOrigins,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('skills');
    this.library = new SkillLibrary({
      env: config.env,
      stateDir: config.stateDir,
      config: () => config.config,
      workspaceOf: (agentId) => workspaces.pathOf(agentId),
    });
  }

  /** Rises whenever the list may have changed. Milliseconds since 1970 of the change, at least. */
  get version(): number {
    return this.current;
  }

  async load(): Promise<void> {
    mkdirSync(managedSkillsPath(this.config.stateDir), { recursive: true, mode: 0o700 });
    for (const { id } of agentEntries(this.config.config)) {
      const [workspace] = this.library.rootsOf(id).slice(-1);
      if (workspace) mkdirSync(workspace.path, { recursive: true, mode: 0o700 });
    }
    await this.rescan();
  }

  /** Follows changes of the folders and of the configuration. @returns false where watching is switched off */
  follow(): boolean {
    this.unlisten = this.config.onChange((next, previous) => {
      if (JSON.stringify(next.config.skills?.load) !== JSON.stringify(previous.config.skills?.load)) this.schedule();
      this.rise('config');
    });
    this.events.on('gateway.ready', () => void this.verify());
    this.watching = this.config.config.skills?.load?.watch !== false;
    if (this.watching) for (const folder of this.folders) this.watch(folder);
    return this.watching;
  }

  close(): void {
    this.unlisten?.();
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  shelfOf(agentId: string): SkillShelf {
    return this.library.shelfOf(agentId);
  }

  /** All skills of an agent with their verdicts. */
  judgedOf(agentId: string): readonly JudgedSkill[] {
    const known = this.judged.get(agentId);
    if (known && known.until > performance.now()) return known.skills;
    const nodes = [...this.nodes.values()];
    const skills = this.shelfOf(agentId).skills.map((skill) => this.library.judge(skill, nodes));
    this.judged.set(agentId, { until: performance.now() + JUDGED_FOR_MS, skills });
    return skills;
  }

  /** The same, looked at now. */
  freshlyJudged(agentId: string): readonly JudgedSkill[] {
    this.judged.delete(agentId);
    return this.judgedOf(agentId);
  }

  /** A program was installed. */
  reconsiderPrograms(): void {
    this.library.programs.forget();
    this.rise('programs');
  }

  /** Skills that a turn may use; they are the owner's, and none of a guest. */
  usable(subject: PolicySubject): JudgedSkill[] {
    if (isGuest(subject)) return [];
    const passes = skillFilter(this.config.config, subject);
    return this.judgedOf(subject.agentId).filter((skill) => skill.verdict.eligible && passes(skill.manifest.name));
  }

  find(subject: PolicySubject, name: string): JudgedSkill | undefined {
    return this.usable(subject).find((skill) => skill.manifest.name === name);
  }

  /**
   * The list stays the same, byte for byte, until a skill changes: providers then have it in their caches.
   * @param tools names of the tools that the conversation has: what is about others is not told of
   */
  async listFor(subject: PolicySubject, tools: ReadonlySet<string>): Promise<SkillList> {
    const labelled = (await this.labelled(subject)).filter(({ skill: { manifest } }) => hasTools(manifest, tools));
    // One that came into the workspace from elsewhere is not told of until the owner has looked at it.
    const listed = labelled.filter(({ isUnreviewed }) => !isUnreviewed);
    return {
      origin: worstOrigin(
        listed.map(({ origin }) => origin),
        'gateway',
      ),
      prompt: this.rendered(
        subject.agentId,
        listed.map(({ skill }) => skill),
      ),
    };
  }

  /** To fit descriptions into their room takes longer than all else of a prompt. */
  private rendered(agentId: string, skills: readonly JudgedSkill[]): string {
    const key = [agentId, ...skills.map(({ manifest }) => manifest.name)].join('\n');
    const known = this.lists.get(key);
    if (known !== undefined) return known;
    const text = renderSkillList(
      skills.map(({ manifest, baseDir, source }) => ({ ...manifest, baseDir, isBundled: source === 'bundled' })),
      LIST_ROOM,
    );
    // Few are in use at a time; what nobody needs any more goes with the rest.
    if (this.lists.size >= MOST_LISTS) this.lists.clear();
    this.lists.set(key, text);
    return text;
  }

  /** Skills that a model may be told of, and whose words they describe themselves with. */
  private async labelled(
    subject: PolicySubject,
  ): Promise<{ skill: JudgedSkill; origin: ContentOrigin; isUnreviewed: boolean }[]> {
    const skills = this.usable(subject).filter((skill) => skill.manifest.modelInvocable);
    return Promise.all(
      skills.map(async (skill) => {
        if (skill.isTrusted) return { skill, origin: 'gateway' as const, isUnreviewed: false };
        if (skill.source === 'managed') return { skill, origin: 'skill' as const, isUnreviewed: false };
        // Those in other folders are written by the owner, or by a turn that is known.
        const origin = (await this.origins.of(skill.filePath)) ?? 'workspace';
        // What the owner has agreed to they have looked at.
        if (!isTrusted(origin) && skill.isAgreed) return { skill, origin: 'skill' as const, isUnreviewed: false };
        return { skill, origin, isUnreviewed: !isTrusted(origin) };
      }),
    );
  }

  /** The skill that a file belongs to, and whose text it is. */
  ownerOf(agentId: string, path: string): { skill: JudgedSkill; origin: ContentOrigin } | undefined {
    const skill = this.judgedOf(agentId).find(({ baseDir }) => isBelow(baseDir, path));
    return skill && { skill, origin: skill.isTrusted ? 'workspace' : 'skill' };
  }

  /** Programs that skills ask for; nodes are asked whether they have them. */
  wantedPrograms(): string[] {
    const names = new Set<string>();
    for (const { id } of agentEntries(this.config.config))
      for (const { manifest } of this.shelfOf(id).skills)
        for (const bin of [...manifest.requires.bins, ...manifest.requires.anyBins]) names.add(bin);
    return [...names].sort();
  }

  /** @param facts undefined when the node has gone */
  setNode(nodeId: string, facts: NodeFacts | undefined): void {
    const before = this.nodes.get(nodeId);
    if (facts) this.nodes.set(nodeId, facts);
    else this.nodes.delete(nodeId);
    const key = (node: NodeFacts | undefined): string =>
      node ? `${node.platform} ${[...node.bins].sort().join(' ')}` : '';
    if (key(before) !== key(facts)) this.rise('nodes');
  }

  /** Reads all folders again, now. */
  rescan(): Promise<void> {
    this.scanning = this.scanning
      .then(() => this.scan())
      .catch((error: unknown) => this.log.error({ error }, 'skills were not read'));
    return this.scanning;
  }

  /** Trust or lock have changed. */
  async reconsider(): Promise<void> {
    this.library.forget();
    await this.rescan();
    this.rise('trust');
  }

  private async verify(): Promise<void> {
    if (!(await this.library.verify())) return;
    for (const { manifest, refused } of this.shelfOf(defaultAgentId(this.config.config)).skills)
      if (refused !== undefined) this.log.warn({ skill: manifest.name, reason: refused }, 'skill is not used');
    this.rise('trust');
  }

  private async scan(): Promise<void> {
    const folders = new Set<string>();
    let changed = false;
    for (const { id } of agentEntries(this.config.config)) {
      const differs = await this.library.scan(id, (folder) => {
        folders.add(folder);
        if (this.watching) this.watch(folder);
      });
      changed ||= differs;
    }
    for (const [folder, watcher] of this.watchers)
      if (!folders.has(folder)) {
        watcher.close();
        this.watchers.delete(folder);
      }
    this.folders = folders;
    if (!changed && this.current > 0) return;
    for (const { filePath, broken } of this.shelfOf(defaultAgentId(this.config.config)).broken)
      this.log.warn({ file: filePath, line: broken?.line, reason: broken?.reason }, 'skill is broken');
    this.library.programs.forget();
    this.rise('files');
  }

  private rise(reason: string): void {
    const isFirst = this.current === 0;
    this.current = Math.max(this.current + 1, Date.now());
    this.judged.clear();
    this.lists.clear();
    if (!isFirst)
      this.events.emit('wire.event', { event: 'skills.changed', payload: { version: this.current, reason } });
    if (!isFirst && reason === 'files') this.events.emit('skills.changed', { version: this.current });
  }

  private watch(folder: string): void {
    if (this.watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.schedule());
      watcher.on('error', () => {
        watcher.close();
        this.watchers.delete(folder);
        this.schedule();
      });
      this.watchers.set(folder, watcher);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.log.warn({ folder, error }, 'changes of this folder are not noticed');
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const wait = this.config.config.skills?.load?.watchDebounceMs ?? DEFAULT_DEBOUNCE_MS;
    this.unrestSince ??= performance.now();
    // Files that never rest are looked at all the same.
    const left = this.unrestSince + Math.max(wait, LONGEST_UNREST_MS) - performance.now();
    this.timer = setTimeout(
      () => {
        this.unrestSince = undefined;
        void this.rescan();
      },
      Math.max(0, Math.min(wait, left)),
    );
    this.timer.unref();
  }
}

const hasTools = ({ tools }: SkillManifest, present: ReadonlySet<string>): boolean =>
  tools.length === 0 || tools.some((name) => present.has(name));
