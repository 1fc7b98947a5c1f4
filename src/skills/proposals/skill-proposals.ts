import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { cutText } from '../../common/cut-text';
import { OpenclawError } from '../../common/openclaw-error';
import { isBelow, staysInside } from '../../common/paths/path-place';
import { unifiedDiff } from '../../common/unified-diff';
import { SKILL_FILE } from '../catalog/skill-scan';
import type { InstallReview, SkillInstaller, StagedSkill } from '../install/skill-installer';
import { FrontmatterError } from '../manifest/frontmatter';
import { parseSkill } from '../manifest/skill-manifest';
import { listSkillFiles } from '../trust/hash-folder';
import { type ScanFinding, type ScanReport, scanSkill } from '../trust/scan-skill';

const MAX_OPEN = 20;
/** Of a file that is compared. */
const MAX_SHOWN_BYTES = 1024 * 1024;
const MAX_FILES = 20;
const MAX_FILE_CHARS = 64_000;
const META = 'proposal.json';

export interface ProposalFacts {
  id: string;
  name: string;
  /** Why the assistant thinks that it helps. */
  reason: string;
  proposedAt: string;
  sessionKey: string;
  /** Folder of the skill that it would replace. */
  replaces?: string;
  verdict: ScanReport['verdict'];
}

export interface ProposalFile {
  path: string;
  content: string;
}

export interface ShownProposal extends ProposalFacts {
  findings: readonly ScanFinding[];
  /** Unified diff against what is there now. */
  diff: string;
}

/** Skills that the assistant has written and that wait for the owner. Nothing here is ever loaded. */
export class SkillProposals {
  private readonly root: string;

  constructor(stateDir: string) {
    this.root = join(stateDir, 'skill-proposals');
  }

  /** @param replaces folder of the present skill of that name @throws OpenclawError SKILL_BROKEN, SKILL_PROPOSALS_FULL */
  add(
    files: readonly ProposalFile[],
    facts: { reason: string; sessionKey: string },
    replacesOf: (name: string) => string | undefined,
  ): ShownProposal {
    if (this.list().length >= MAX_OPEN)
      throw new OpenclawError(
        'SKILL_PROPOSALS_FULL',
        `${MAX_OPEN} proposals wait already; the owner decides on them first`,
      );
    if (files.length > MAX_FILES) throw new OpenclawError('SKILL_BROKEN', `a proposal has at most ${MAX_FILES} files`);
    const main = files.find((file) => file.path === SKILL_FILE);
    if (!main) throw new OpenclawError('SKILL_BROKEN', `${SKILL_FILE} is missing`);
    let name: string;
    try {
      ({ name } = parseSkill(main.content, 'proposal').manifest);
    } catch (error) {
      if (!(error instanceof FrontmatterError)) throw error;
      throw new OpenclawError('SKILL_BROKEN', `${SKILL_FILE} line ${error.line}: ${error.reason}`);
    }
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
      throw new OpenclawError('SKILL_BROKEN', `name "${name}" must have lower-case letters, digits and single dashes`);
    const id = `${name}-${randomBytes(3).toString('hex')}`;
    const fresh = join(this.root, `.new-${id}`);
    const content = join(fresh, 'skill');
    try {
      for (const file of files) {
        const path = resolve(content, file.path);
        if (!staysInside(content, file.path) || !isBelow(content, path))
          throw new OpenclawError('SKILL_BROKEN', `${file.path} leads out of the skill`);
        if (file.content.length > MAX_FILE_CHARS)
          throw new OpenclawError('SKILL_BROKEN', `${file.path} has more than ${MAX_FILE_CHARS} characters`);
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileSync(path, file.content, { mode: 0o600 });
      }
      const { verdict } = scanSkill(content, parseSkill(main.content, name).manifest);
      const replaces = replacesOf(name);
      const proposal: ProposalFacts = {
        id,
        name,
        ...facts,
        proposedAt: new Date().toISOString(),
        ...(replaces ? { replaces } : {}),
        verdict,
      };
      writeFileSync(join(fresh, META), JSON.stringify(proposal, null, 2), { mode: 0o600 });
      renameSync(fresh, join(this.root, id));
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      throw error;
    }
    return this.show(id);
  }

  /** Oldest first. */
  list(): ProposalFacts[] {
    if (!existsSync(this.root)) return [];
    return readdirSync(this.root)
      .filter((id) => !id.startsWith('.') && existsSync(join(this.root, id, META)))
      .map((id) => this.facts(id))
      .sort((a, b) => a.proposedAt.localeCompare(b.proposedAt));
  }

  /** @throws OpenclawError SKILL_PROPOSAL_NOT_FOUND */
  show(id: string): ShownProposal {
    const facts = this.facts(id);
    const content = this.contentOf(id);
    const { manifest } = parseSkill(readFileSync(join(content, SKILL_FILE)), facts.name);
    return { ...facts, findings: scanSkill(content, manifest).findings, diff: diffFolders(facts.replaces, content) };
  }

  /** Installs it after the owner has seen it. @returns undefined when the owner does not want it */
  async apply(id: string, installer: SkillInstaller, review: InstallReview): Promise<StagedSkill | undefined> {
    const facts = this.facts(id);
    const staged = await installer.installFolder(this.contentOf(id), 'proposal', `proposal ${facts.id}`, review);
    if (staged) this.reject(id);
    return staged;
  }

  /** @throws OpenclawError SKILL_PROPOSAL_NOT_FOUND */
  reject(id: string): void {
    this.facts(id);
    rmSync(join(this.root, id), { recursive: true, force: true });
  }

  private contentOf(id: string): string {
    return join(this.root, id, 'skill');
  }

  private facts(id: string): ProposalFacts {
    const path = join(this.root, id, META);
    if (!/^[a-z0-9-]+$/.test(id) || !existsSync(path))
      throw new OpenclawError('SKILL_PROPOSAL_NOT_FOUND', `there is no proposal "${cutText(id, 80)}"`);
    return JSON.parse(readFileSync(path, 'utf8')) as ProposalFacts;
  }
}

function diffFolders(before: string | undefined, after: string): string {
  const old = before !== undefined && existsSync(before) ? listSkillFiles(before) : [];
  const now = listSkillFiles(after);
  const read = (folder: string | undefined, names: readonly string[], name: string): string =>
    folder !== undefined && names.includes(name)
      ? (readBoundedFile(join(folder, name), MAX_SHOWN_BYTES)?.toString('utf8') ?? '(no ordinary file, or too large)\n')
      : '';
  return [...new Set([...old, ...now])]
    .sort()
    .map((name) => ({ name, from: read(before, old, name), to: read(after, now, name) }))
    .filter(({ from, to }) => from !== to)
    .map(({ name, from, to }) =>
      unifiedDiff({ from: from === '' ? '/dev/null' : name, to: to === '' ? '/dev/null' : name }, from, to),
    )
    .join('\n');
}
