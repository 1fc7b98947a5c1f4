import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../common/openclaw-error';
import { defaultAgentId, findAgent } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import type { OpenclawConfig } from '../config/openclaw.config';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { ToolError } from '../tools/agent-tool';
import { GuardedHttp } from '../tools/web/guarded-http.service';
import { SkillCatalog } from './catalog/skill-catalog.service';
import type { JudgedSkill } from './catalog/skill-library';
import { SkillInstaller, type StagedSkill } from './install/skill-installer';
import { SkillsAddParams, SkillsFetchParams, SkillsNameParams } from './skills.dto';
import { variablesOf } from './manifest/variables-of';
import type { FetchedSkill, SkillFile } from './skill-review';
import { scanSkill } from './trust/scan-skill';

const DOWNLOAD_MS = 120_000;

/** What is looked at before somebody agrees, and what is taken back afterwards. */
@Injectable()
export class SkillsTrustRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly catalog: SkillCatalog,
    private readonly http: GuardedHttp,
  ) {}

  @RpcMethod({
    name: 'skills.report',
    scope: 'operator.read',
    params: SkillsNameParams,
    unlisted: true,
    summary: 'What the scan says about a skill that is here, and where it came from.',
  })
  report({ name, agentId }: SkillsNameParams): SkillFile {
    const skill = this.skill(name, agentId);
    const locked = this.installer().lock.read().skills[skill.manifest.name];
    return {
      name: skill.manifest.name,
      folder: skill.baseDir,
      report: scanSkill(skill.baseDir, skill.manifest),
      ...(skill.source === 'managed' && locked
        ? {
            origin: {
              source: withoutUser(locked.source),
              kind: locked.kind,
              installedAt: locked.installedAt,
              ...(locked.publisher === undefined ? {} : { publisher: locked.publisher }),
            },
          }
        : {}),
    };
  }

  @RpcMethod({
    name: 'skills.fetch',
    scope: 'operator.admin',
    params: SkillsFetchParams,
    unlisted: true,
    summary: 'Fetches skills of others and looks through them; nothing is installed, and nothing of it is kept.',
  })
  async lookThrough({ source }: SkillsFetchParams): Promise<{ skills: FetchedSkill[] }> {
    const seen: FetchedSkill[] = [];
    await refusals(() =>
      this.installer().look(source, (staged) => {
        seen.push(shown(staged, this.config.config));
      }),
    );
    return { skills: seen };
  }

  @RpcMethod({
    name: 'skills.add',
    scope: 'operator.admin',
    params: SkillsAddParams,
    unlisted: true,
    summary: 'Installs a skill that skills.fetch has shown, where it is still the same to the last byte.',
  })
  async add({ source, name, hash, acceptRisk }: SkillsAddParams): Promise<{ installed: string }> {
    const installed = await refusals(() =>
      this.installer().install(
        source,
        (staged) => {
          if (staged.hash !== hash)
            throw new OpenclawError(
              'SKILL_CHANGED',
              `hash: ${name} is another one now than the one that was shown (${staged.hash}); look again`,
            );
          return Promise.resolve({ install: true, acceptsRisk: acceptRisk === true });
        },
        name,
      ),
    );
    if (installed.length === 0) throw invalidRequest(`name: ${name} was not installed`);
    await this.catalog.reconsider();
    return { installed: name };
  }

  @RpcMethod({
    name: 'skills.remove',
    scope: 'operator.admin',
    params: SkillsNameParams,
    unlisted: true,
    summary: 'Removes a skill that was installed.',
  })
  async remove({ name }: SkillsNameParams): Promise<{ removed: string }> {
    await refusals(() => this.installer().remove(name));
    await this.catalog.reconsider();
    return { removed: name };
  }

  @RpcMethod({
    name: 'skills.revoke',
    scope: 'operator.admin',
    params: SkillsNameParams,
    unlisted: true,
    summary: 'Takes back what was agreed to for a skill that stays in its folder: it gets nothing of it any more.',
  })
  async revoke({ name, agentId }: SkillsNameParams): Promise<{ revoked: string }> {
    const { baseDir } = this.skill(name, agentId);
    await this.catalog.library.lockFile.change((lock) => {
      if (!lock.agreed[baseDir]) throw invalidRequest(`name: nothing was agreed to for "${name}"`);
      delete lock.agreed[baseDir];
    });
    await this.catalog.reconsider();
    return { revoked: name };
  }

  private skill(name: string, agentId = defaultAgentId(this.config.config)): JudgedSkill {
    if (!findAgent(this.config.config, agentId)) throw invalidRequest(`agentId: there is no agent "${agentId}"`);
    const found = this.catalog
      .judgedOf(agentId)
      .find(({ manifest }) => manifest.name === name || manifest.skillKey === name);
    if (!found) throw invalidRequest(`name: there is no skill "${name}"`);
    return found;
  }

  private installer(): SkillInstaller {
    const { env, stateDir } = this.config;
    return new SkillInstaller(stateDir, {
      env: env.all(),
      home: env.home,
      cwd: stateDir,
      guard: (host, port, trusted) => this.http.addressFor(host, port, trusted),
      download: async (url, maxBytes) => {
        const answer = await this.http.request({ url, timeoutMs: DOWNLOAD_MS, maxBytes });
        if (answer.status >= 400) throw new OpenclawError('SKILL_SOURCE_FAILED', `${url} answered ${answer.status}`);
        return answer.body;
      },
    });
  }
}

/** Refusals of the installer in the words of the wire. */
async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ToolError || (error instanceof OpenclawError && error.code.startsWith('SKILL_')))
      throw invalidRequest(error.message);
    throw error;
  }
}

/** An address without the name and the token that may stand in it. */
const withoutUser = (source: string): string => source.replace(/^((?:git\+)?[a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');

function shown(
  { manifest, hash, report, signature, kind, source, replaces, refused }: StagedSkill,
  config: OpenclawConfig,
): FetchedSkill {
  const { capabilities } = manifest;
  return {
    name: manifest.name,
    description: manifest.description,
    hash,
    report,
    kind,
    source: withoutUser(source),
    ...(capabilities ? { capabilities } : {}),
    secrets: variablesOf(manifest, config.skills?.entries),
    ...(signature.state === 'valid' ? { publisher: signature.publisher } : {}),
    replaces: replaces !== undefined,
    ...(refused === undefined ? {} : { refused }),
  };
}
