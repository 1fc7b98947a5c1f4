import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { readBoundedFile } from '../common/bounded-file';
import { decodeOwnText } from '../common/text/decode-text';
import { REDACTED } from '../common/redactor';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import type { ConfigEdit } from '../config/apply-edits';
import { defaultAgentId, findAgent } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { EventBus } from '../events/event-bus';
import { NoParams } from '../rpc/no-params.dto';
import type { RpcContext } from '../rpc/rpc-context';
import { invalidRequest, unavailable } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { ApprovalService } from '../tools/approvals/approval.service';
import { GuardedHttp } from '../tools/web/guarded-http.service';
import { WorkspaceService } from '../workspace/workspace.service';
import { SkillCatalog } from './catalog/skill-catalog.service';
import { MAX_SKILL_BYTES } from './catalog/skill-scan';
import type { JudgedSkill } from './catalog/skill-library';
import { managedSkillsPath } from './catalog/skill-library';
import { type SkillsReport, installPreferences, reportSkills } from './catalog/skill-status';
import { describeInstall } from './install/install-command';
import { installRequirement } from './install/requirement-installer';
import { SkillRegistry } from './install/skill-registry.service';
import { agreeTo, termsOf } from './trust/skill-agreement';
import {
  SkillsAgreeParams,
  SkillsDetailParams,
  SkillsInstallParams,
  SkillsSearchParams,
  SkillsStatusParams,
  SkillsUpdateParams,
} from './skills.dto';
import { variablesOf } from './manifest/variables-of';

const DEFAULT_INSTALL_MS = 120_000;
const DOWNLOAD_MS = 120_000;
const DEFAULT_RESULTS = 20;

@Injectable()
export class SkillsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly catalog: SkillCatalog,
    private readonly workspaces: WorkspaceService,
    private readonly approvals: ApprovalService,
    private readonly http: GuardedHttp,
    private readonly registry: SkillRegistry,
    private readonly events: EventBus,
  ) {}

  @RpcMethod({
    name: 'skills.status',
    scope: 'operator.read',
    params: SkillsStatusParams,
    summary: 'All skills of an agent: where they come from, whether they can be used here, what they lack.',
  })
  status({ agentId }: SkillsStatusParams): SkillsReport & { agentId: string } {
    const agent = this.agent(agentId);
    this.catalog.library.programs.forget();
    const report = reportSkills(
      this.catalog.shelfOf(agent),
      this.catalog.freshlyJudged(agent),
      installPreferences(this.config.config, this.catalog.library.programs),
      {
        workspaceDir: this.workspaces.pathOf(agent),
        managedSkillsDir: managedSkillsPath(this.config.stateDir),
      },
    );
    return { agentId: agent, ...report };
  }

  @RpcMethod({
    name: 'skills.bins',
    scope: 'node',
    params: NoParams,
    summary: 'Programs that skills ask for, so that a node can say which of them it has.',
  })
  bins(): unknown {
    return { bins: this.catalog.wantedPrograms() };
  }

  @RpcMethod({
    name: 'skills.update',
    scope: 'operator.admin',
    params: SkillsUpdateParams,
    summary: 'Switches a skill on or off, or sets its key and variables, in the configuration.',
  })
  async update({ skillKey, enabled, apiKey, env }: SkillsUpdateParams): Promise<unknown> {
    const base = ['skills', 'entries', skillKey];
    const known = this.config.config.skills?.entries?.[skillKey];
    const edits: ConfigEdit[] = [];
    const set = (path: string[], value: unknown): void => {
      edits.push(value === undefined ? { path: [...base, ...path], unset: true } : { path: [...base, ...path], value });
    };
    if (enabled !== undefined) set(['enabled'], enabled);
    if (apiKey !== undefined) {
      const key = apiKey.trim();
      if (key !== '') set(['apiKey'], key);
      else if (known?.apiKey !== undefined) set(['apiKey'], undefined);
    }
    for (const [name, value] of Object.entries(env ?? {})) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || typeof value !== 'string')
        throw invalidRequest(`invalid skills.update params: env.${name} must be a variable's name with a text`);
      if (value.trim() !== '') set(['env', name], value.trim());
      else if (known?.env?.[name] !== undefined) set(['env', name], undefined);
    }
    if (edits.length > 0) await this.config.edit(edits);
    const entry = this.config.config.skills?.entries?.[skillKey] ?? {};
    return {
      ok: true,
      skillKey,
      config: {
        ...entry,
        ...(entry.apiKey ? { apiKey: REDACTED } : {}),
        ...(entry.env ? { env: Object.fromEntries(Object.keys(entry.env).map((name) => [name, REDACTED])) } : {}),
      },
    };
  }

  @RpcMethod({
    name: 'skills.install',
    scope: 'operator.admin',
    params: SkillsInstallParams,
    summary: 'Installs a program that a skill lacks, after an approval of the exact command.',
  })
  async install(params: SkillsInstallParams, { signal }: RpcContext): Promise<unknown> {
    if (params.source !== undefined)
      throw unavailable(
        `skills.install does not install from "${params.source}": a skill of others is looked through first. Run: openclaw skills install <folder | git address | archive | npm package>`,
        { payload: { ok: false, message: 'use openclaw skills install', stdout: '', stderr: '', code: null } },
      );
    const { name, installId, timeoutMs = DEFAULT_INSTALL_MS } = params;
    if (name === undefined || installId === undefined)
      throw invalidRequest('invalid skills.install params: name and installId are needed');
    const refuse = (message: string): never => {
      throw unavailable(message, { payload: { ok: false, message, stdout: '', stderr: '', code: null } });
    };
    const skill = this.skill(defaultAgentId(this.config.config), name);
    if (!skill) return refuse(`there is no skill "${name}"`);
    const spec = skill.manifest.install.find((option) => option.id === installId);
    if (!spec)
      return refuse(
        `skill "${name}" has no install option "${installId}"; it has ${skill.manifest.install.map(({ id }) => id).join(', ') || 'none'}`,
      );
    const preferences = installPreferences(this.config.config, this.catalog.library.programs);
    let command: string;
    try {
      command = describeInstall(spec, skill.manifest, this.config.stateDir, preferences);
      await this.ask(command, name, signal);
    } catch (error) {
      return refuse(messageOf(error));
    }
    const outcome = await installRequirement({
      spec,
      manifest: skill.manifest,
      stateDir: this.config.stateDir,
      preferences,
      env: this.config.env.all(),
      timeoutMs,
      download: (url, maxBytes) => this.download(url, maxBytes),
      onOutput: (output) =>
        this.events.emit('wire.event', { event: 'skills.install', payload: { skill: name, installId, output } }),
    });
    this.catalog.reconsiderPrograms();
    if (!outcome.ok) throw unavailable(outcome.message, { payload: outcome });
    return outcome;
  }

  @RpcMethod({
    name: 'skills.search',
    scope: 'operator.read',
    params: SkillsSearchParams,
    unlisted: true,
    summary: 'Searches skills: those on this machine first, then a registry where one is configured.',
  })
  search({ query, limit }: SkillsSearchParams): Promise<unknown> {
    return this.registry.search(query ?? '', limit ?? DEFAULT_RESULTS);
  }

  @RpcMethod({
    name: 'skills.detail',
    scope: 'operator.read',
    params: SkillsDetailParams,
    unlisted: true,
    summary: 'One skill with its whole text.',
  })
  async detail({ slug, name, agentId }: SkillsDetailParams): Promise<unknown> {
    const wanted = slug ?? name;
    if (wanted === undefined)
      throw invalidRequest('invalid skills.detail params: slug (the name of the skill) is needed');
    const status = this.status(agentId === undefined ? {} : { agentId });
    const skill = status.skills.find((entry) => entry.name === wanted || entry.skillKey === wanted);
    if (skill) return { found: true, origin: 'local', skill, content: textOf(skill.filePath) };
    const remote = await this.registry.detail(wanted);
    if (remote) return { found: true, origin: 'registry', skill: remote };
    throw invalidRequest(`there is no skill "${wanted}"`);
  }

  @RpcMethod({
    name: 'skills.agree',
    scope: 'operator.admin',
    params: SkillsAgreeParams,
    unlisted: true,
    summary: 'Shows what a skill that was not installed asks for, and agrees to exactly that where its hash is given.',
  })
  async agree({ name, agentId, hash, acceptRisk }: SkillsAgreeParams): Promise<object> {
    const agent = this.agent(agentId);
    const skill = this.skill(agent, name);
    if (!skill) throw invalidRequest(`name: there is no skill "${name}"`);
    if (skill.isTrusted) throw invalidRequest(`name: "${name}" was shipped with the gateway and needs no agreement`);
    try {
      const terms = termsOf(skill.baseDir);
      const { folder, manifest, report } = terms;
      const shown = {
        name,
        folder,
        hash: terms.hash,
        capabilities: manifest.capabilities ?? {},
        secrets: variablesOf(manifest, this.config.config.skills?.entries),
        report,
      };
      if (hash === undefined) return { ...shown, agreed: skill.agreedHash === terms.hash };
      await agreeTo(this.catalog.library.lockFile, terms, hash, acceptRisk === true);
      await this.catalog.reconsider();
      return { ...shown, agreed: true };
    } catch (error) {
      if (error instanceof OpenclawError) throw invalidRequest(error.message);
      throw error;
    }
  }

  private agent(agentId: string | undefined): string {
    const { config } = this.config;
    if (agentId === undefined) return defaultAgentId(config);
    const agent = findAgent(config, agentId);
    if (!agent) throw invalidRequest(`unknown agent id "${agentId}"`);
    return agent.id;
  }

  private skill(agentId: string, name: string): JudgedSkill | undefined {
    return this.catalog.judgedOf(agentId).find(({ manifest }) => manifest.name === name || manifest.skillKey === name);
  }

  /** @throws ToolError approval_denied, approval_timeout, aborted */
  private async ask(command: string, skill: string, signal: AbortSignal): Promise<void> {
    const agentId = defaultAgentId(this.config.config);
    const runId = randomUUID();
    const cwd = this.workspaces.pathOf(agentId);
    await this.approvals.permit(
      {
        kind: 'exec',
        tool: 'skills.install',
        command,
        cwd,
        host: 'gateway',
        security: 'allowlist',
        ask: 'always',
        agentId,
        resolvedPath: null,
        sessionKey: `agent:${agentId}:main`,
        runId,
        envNames: [],
        reason: `installs a program for skill "${skill}"`,
        canAlways: false,
      },
      {
        callId: runId,
        sessionId: runId,
        fingerprint: createHash('sha256').update(`${command}\0${cwd}`).digest('hex'),
      },
      { signal, update: () => undefined, origin: { channel: 'webchat', account: 'default' } },
    );
  }

  private async download(url: string, maxBytes: number): Promise<Buffer> {
    const answer = await this.http.request({ url, timeoutMs: DOWNLOAD_MS, maxBytes });
    if (answer.status >= 400) throw new Error(`${url} answered ${answer.status}`);
    return answer.body;
  }
}

function textOf(path: string): string {
  const content = readBoundedFile(path, MAX_SKILL_BYTES);
  if (!content)
    throw invalidRequest(`${path} is no ordinary file of at most ${MAX_SKILL_BYTES} bytes that may be read`);
  return decodeOwnText(content);
}
