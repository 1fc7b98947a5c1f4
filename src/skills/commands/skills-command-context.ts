import { createInterface } from 'node:readline';
import { shortId } from '../../common/short-id';
import type { GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { counted, printNote } from '../../common/cli/output';
import { visibleText } from '../../common/visible-text';
import { Redactor } from '../../common/redactor';
import { OpenclawError } from '../../common/openclaw-error';
import { defaultAgentId, findAgent } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import type { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { workspacePath } from '../../workspace/workspace-path';
import { SkillLibrary, managedSkillsPath } from '../catalog/skill-library';
import { type SkillsReport, installPreferences, reportSkills } from '../catalog/skill-status';
import { type InstallDecision, SkillInstaller, type StagedSkill } from '../install/skill-installer';
import { variablesOf } from '../manifest/variables-of';
import type { ScanFinding } from '../trust/scan-skill';

const DOWNLOAD_MS = 120_000;
const GATEWAY_MS = 3000;

/** What the `skills` commands work with: the files, and the gateway where one runs. */
export class SkillsCommandContext {
  readonly config: ConfigService;
  readonly library: SkillLibrary;

  constructor(private readonly env: Environment) {
    this.config = new ConfigService(env, new Redactor());
    env.loadOwnDotenv(this.config.stateDir);
    this.library = new SkillLibrary({
      env,
      stateDir: this.config.stateDir,
      config: () => this.config.config,
      workspaceOf: (agentId) => workspacePath(this.config.config, env, this.config.stateDir, agentId),
    });
  }

  /** @throws UsageError for an agent that is not configured */
  agent(wanted: string | undefined): string {
    const { config } = this.config;
    if (wanted === undefined) return defaultAgentId(config);
    const agent = findAgent(config, wanted);
    if (!agent) throw new UsageError(`there is no agent "${wanted}"`);
    return agent.id;
  }

  /** From the running gateway, which knows what nodes have; without one from the files. */
  async report(agentId: string, options: GatewayOptions): Promise<SkillsReport> {
    try {
      return await withGateway(
        resolveGatewayTarget(this.env, options),
        (client) => client.call<SkillsReport>('skills.status', { agentId }),
        { timeoutMs: options.timeout ?? GATEWAY_MS },
      );
    } catch (error) {
      if (options.url !== undefined) throw error;
      return this.localReport(agentId);
    }
  }

  async localReport(agentId: string): Promise<SkillsReport> {
    await this.library.scan(agentId);
    await this.library.verify();
    const shelf = this.library.shelfOf(agentId);
    return reportSkills(
      shelf,
      shelf.skills.map((skill) => this.library.judge(skill)),
      installPreferences(this.config.config, this.library.programs),
      {
        workspaceDir: workspacePath(this.config.config, this.env, this.config.stateDir, agentId),
        managedSkillsDir: managedSkillsPath(this.config.stateDir),
      },
    );
  }

  installer(): SkillInstaller {
    return new SkillInstaller(this.config.stateDir, {
      env: this.env.all(),
      home: this.env.home,
      cwd: process.cwd(),
      download: (url, maxBytes) => this.download(url, maxBytes),
      guard: (host, port, trusted) => new GuardedHttp(this.config).addressFor(host, port, trusted),
      trustsSource: true,
    });
  }

  async download(url: string, maxBytes: number): Promise<Buffer> {
    const answer = await new GuardedHttp(this.config).request({ url, timeoutMs: DOWNLOAD_MS, maxBytes });
    if (answer.status >= 400) throw new OpenclawError('SKILL_SOURCE_FAILED', `${url} answered ${answer.status}`);
    return answer.body;
  }

  /** Shows what was found and asks. Without a terminal only `--yes` agrees. */
  async review(
    staged: ReviewedSkill,
    options: ReviewOptions,
    question = `Install ${staged.manifest.name}?`,
  ): Promise<InstallDecision> {
    const { manifest, report, signature, kind, source, revision } = staged;
    printNote(`${manifest.name}: ${manifest.description}`);
    printNote(
      `  from ${source} (${kind}${revision ? `, ${shortId(revision, 12)}` : ''}), ${counted(report.files, 'file')}`,
    );
    printNote(
      `  content ${shortId(staged.hash, 16)}${staged.replaces ? `, replaces ${shortId(staged.replaces, 16)}` : ''}`,
    );
    printNote(
      signature.state === 'valid'
        ? `  signed by ${signature.publisher}, key ${signature.fingerprint}`
        : '  not signed by a publisher',
    );
    const { capabilities: may } = manifest;
    const variables = variablesOf(manifest, this.config.config.skills?.entries);
    printNote(
      may
        ? `  may use: programs ${listed(may.programs)}; hosts ${listed(may.network)}; folders ${listed(may.paths)}; secrets ${listed(variables)}`
        : `  declares nothing: its commands get the workspace and no network; secrets ${listed(variables)}`,
    );
    for (const line of report.findings.flatMap(describeFinding)) printNote(`  ${line}`);
    printNote(`  scan: ${report.verdict === 'danger' ? 'DANGER' : report.verdict}`);
    const acceptsRisk = options.acceptRisk === true;
    if (report.verdict === 'danger' && !acceptsRisk) return { install: true };
    const install = options.yes === true || (await confirm(question));
    return { install, acceptsRisk };
  }
}

export interface ReviewOptions {
  yes?: boolean;
  acceptRisk?: boolean;
}

/** What is shown of a skill before somebody decides. */
export type ReviewedSkill = Pick<
  StagedSkill,
  'manifest' | 'report' | 'signature' | 'kind' | 'source' | 'revision' | 'hash' | 'replaces'
>;

export const describeFinding = ({ severity, file, line, rule, says, excerpt }: ScanFinding): string[] => [
  `${severity === 'danger' ? 'danger ' : 'warning'} ${file}:${line} ${rule}: ${says}`,
  ...(excerpt ? [`            ${excerpt}`] : []),
];

const listed = (names: readonly string[]): string => names.join(', ') || 'none';

/** @throws UsageError where nobody can answer */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(`${question} Nobody is there to answer: repeat with --yes`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await new Promise<string>((resolve) => lines.question(`${visibleText(question)} [y/N] `, resolve));
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
