import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Option, SubCommand } from 'nest-commander';
import { readBoundedFile } from '../../common/bounded-file';
import { shortId } from '../../common/short-id';
import { cutText } from '../../common/cut-text';
import { writeFileAtomic } from '../../common/atomic-file';
import { CliCommand, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { counted, printJson, printLine, printLines, printTable } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { MAX_SKILL_BYTES, SKILL_FILE } from '../catalog/skill-scan';
import { managedSkillsPath } from '../catalog/skill-library';
import { FrontmatterError } from '../manifest/frontmatter';
import { type ParsedSkill, parseSkill } from '../manifest/skill-manifest';
import { SkillProposals } from '../proposals/skill-proposals';
import { SIGNATURE_FILE, hashFolder } from '../trust/hash-folder';
import { scanSkill } from '../trust/scan-skill';
import { checkSignature, fingerprintOf, signSkill } from '../trust/signature';
import { agreeTo, termsOf } from '../trust/skill-agreement';
import { SkillLockFile } from '../trust/skill-lock';
import { changeTrust } from '../trust/trust-list';
import { SkillsCommandContext, describeFinding } from './skills-command-context';

abstract class TrustCommandBase extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async change(subject: string | undefined, trusted: boolean, options: JsonOptions): Promise<void> {
    const context = new SkillsCommandContext(this.env);
    const lock = new SkillLockFile(context.config.stateDir);
    if (subject === undefined) return this.show(lock, options);
    const { skills } = await context.localReport(context.agent(undefined));
    const changed = await changeTrust(
      lock,
      subject,
      trusted,
      skills.map(({ name }) => name),
    );
    if (options.json) return printJson({ ...changed, trusted });
    const what = changed.kind === 'key' ? `key ${changed.fingerprint} of ${changed.publisher}` : changed.name;
    printLine(`${what} is ${trusted ? 'trusted' : 'no longer trusted; it is not loaded'}`);
  }

  private show(file: SkillLockFile, options: JsonOptions): void {
    const { keys, untrusted } = file.read();
    if (options.json) return printJson({ keys, untrusted });
    const rows = Object.entries(keys).map(([fingerprint, key]) => ({ fingerprint, ...key }));
    if (rows.length === 0) printLine('no publisher has signed a skill yet');
    else
      printTable(rows, [
        { title: 'Key', value: (row) => row.fingerprint },
        { title: 'Publisher', value: (row) => row.publisher },
        { title: 'Since', value: (row) => shortId(row.since, 10) },
        { title: 'Trusted', value: (row) => (row.trusted ? 'yes' : 'no') },
      ]);
    if (untrusted.length > 0) printLine(`not trusted: ${untrusted.join(', ')}`);
  }
}

@SubCommand({
  name: 'trust',
  arguments: '[subject]',
  description: 'trust a skill or a publisher key again; alone: show keys',
})
export class SkillsTrustCommand extends TrustCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run([subject]: string[], options: JsonOptions): Promise<void> {
    return this.change(subject, true, options);
  }
}

@SubCommand({
  name: 'untrust',
  arguments: '<subject>',
  description: 'no longer load a skill, or anything signed with a key',
})
export class SkillsUntrustCommand extends TrustCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run([subject = '']: string[], options: JsonOptions): Promise<void> {
    return this.change(subject, false, options);
  }
}

@SubCommand({
  name: 'agree',
  arguments: '<name>',
  description: 'give a skill of the workspace what it asks for, as it is now; after a change it needs you again',
})
export class SkillsAgreeCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--agent <id>', description: 'agent; the default one otherwise' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '-y, --yes', description: 'agree without a question' })
  parseYes(): boolean {
    return true;
  }

  @Option({ flags: '--accept-risk', description: 'agree although the scan found dangers' })
  parseRisk(): boolean {
    return true;
  }

  async run(
    [name = '']: string[],
    options: JsonOptions & { agent?: string; yes?: boolean; acceptRisk?: boolean },
  ): Promise<void> {
    const context = new SkillsCommandContext(this.env);
    const agent = context.agent(options.agent);
    await context.localReport(agent);
    const skill = context.library.shelfOf(agent).skills.find(({ manifest }) => manifest.name === name);
    if (!skill) throw new OpenclawError('SKILL_NOT_FOUND', `there is no skill "${name}"`);
    if (skill.isTrusted) throw new UsageError(`${name} was shipped with the gateway and needs no agreement`);
    const { baseDir } = skill;
    const terms = termsOf(baseDir);
    const signature = checkSignature(baseDir, name, terms.hash);
    const shown = { ...terms, signature, kind: 'folder' as const, source: baseDir };
    const { install: agrees } = await context.review(shown, options, `Agree to ${name} as it is?`);
    // What was read meanwhile is what counts.
    if (agrees) await agreeTo(context.library.lockFile, termsOf(baseDir), terms.hash, options.acceptRisk === true);
    else process.exitCode = ExitCode.failed;
    if (options.json) return printJson({ name, folder: baseDir, hash: terms.hash, agreed: agrees });
    printLine(
      agrees ? `${name} gets what it asks for, as long as its files stay as they are` : 'nothing was agreed to',
    );
  }
}

/** A folder by path, or an installed skill by name. @throws OpenclawError SKILL_NOT_FOUND, SKILL_BROKEN */
function openSkill(subject: string, stateDir: string): ParsedSkill & { folder: string } {
  const folder = [resolve(subject), join(managedSkillsPath(stateDir), basename(subject))].find((path) =>
    existsSync(join(path, SKILL_FILE)),
  );
  if (folder === undefined)
    throw new OpenclawError('SKILL_NOT_FOUND', `${subject} is not a folder with a ${SKILL_FILE}`);
  try {
    const content = readBoundedFile(join(folder, SKILL_FILE), MAX_SKILL_BYTES);
    if (!content) throw new FrontmatterError(1, `it is no ordinary file of at most ${MAX_SKILL_BYTES} bytes`);
    return { folder, ...parseSkill(content, basename(folder)) };
  } catch (error) {
    if (error instanceof FrontmatterError)
      throw new OpenclawError('SKILL_BROKEN', `${join(folder, SKILL_FILE)}:${error.line} ${error.reason}`);
    throw error;
  }
}

@SubCommand({ name: 'scan', arguments: '<folder>', description: 'look through a skill for what harms, and for faults' })
export class SkillsScanCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run([subject = '']: string[], options: JsonOptions): Promise<void> {
    const skill = openSkill(subject, new SkillsCommandContext(this.env).config.stateDir);
    const report = scanSkill(skill.folder, skill.manifest);
    if (options.json) printJson({ name: skill.manifest.name, ...report, warnings: skill.warnings });
    else {
      for (const line of report.findings.flatMap(describeFinding)) printLine(line);
      for (const { line, reason } of skill.warnings) printLine(`note    ${SKILL_FILE}:${line} ${reason}`);
      printLine(`${skill.manifest.name}: ${report.verdict}, ${counted(report.files, 'file')}`);
    }
    if (report.verdict === 'danger') process.exitCode = ExitCode.failed;
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'validate',
  arguments: '<folder>',
  description: 'whether a skill is written as it should be; exit code 1 with faults',
})
export class SkillsValidateCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run([subject = '']: string[], options: JsonOptions): Promise<void> {
    const { manifest, folder, warnings } = openSkill(subject, new SkillsCommandContext(this.env).config.stateDir);
    const valid = warnings.length === 0;
    if (options.json) printJson({ name: manifest.name, folder, valid, warnings });
    else {
      for (const { line, reason } of warnings) printLine(`${SKILL_FILE}:${line} ${reason}`);
      printLine(`${manifest.name}: ${valid ? 'valid' : counted(warnings.length, 'fault')}`);
    }
    if (!valid) process.exitCode = ExitCode.failed;
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'new',
  aliases: ['create'],
  arguments: '<name>',
  description: 'begin a skill of your own in the workspace',
})
export class SkillsNewCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--description <text>', description: 'what it does and when to use it' })
  parseDescription(value: string): string {
    return value;
  }

  async run([name = '']: string[], options: JsonOptions & { description?: string }): Promise<void> {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.length > 64)
      throw new UsageError(`"${name}" must have lower-case letters, digits and single dashes, at most 64`);
    const context = new SkillsCommandContext(this.env);
    const { workspaceDir, skills } = await context.localReport(context.agent(undefined));
    const folder = join(workspaceDir, 'skills', name);
    const path = join(folder, SKILL_FILE);
    if (existsSync(path)) throw new OpenclawError('SKILL_EXISTS', `${path} is there already`);
    const hidden = skills.find((skill) => skill.name === name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(
      path,
      template(name, options.description ?? 'Say in one sentence what it does, and when to use it.'),
      {
        flag: 'wx',
        mode: 0o600,
      },
    );
    if (options.json) return printJson({ name, path, ...(hidden ? { hides: hidden.filePath } : {}) });
    printLine(path);
    if (hidden) printLine(`it hides ${hidden.filePath}`);
  }
}

const template = (name: string, description: string): string => `---
name: ${name}
description: ${JSON.stringify(description)}
metadata: { "openclaw": { "requires": { "bins": [] } } }
capabilities: { "programs": [], "network": [], "paths": [], "secrets": [] }
---

# ${name}

When to use this, and when not.

## Steps

1. What to run, with the exact flags.
2. How to see that it worked.

## Pitfalls

- What goes wrong, and what to do then.
`;

@SubCommand({ name: 'sign', arguments: '<folder>', description: 'sign a skill as its publisher (Ed25519)' })
export class SkillsSignCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--key <file>', description: 'private key, PEM', required: true })
  parseKey(value: string): string {
    return value;
  }

  @Option({ flags: '--publisher <name>', description: 'your name', required: true })
  parsePublisher(value: string): string {
    return value;
  }

  run([folder = '']: string[], options: JsonOptions & { key: string; publisher: string }): Promise<void> {
    const skill = openSkill(folder, new SkillsCommandContext(this.env).config.stateDir);
    let signature;
    try {
      signature = signSkill(
        skill.manifest.name,
        hashFolder(skill.folder),
        options.publisher,
        readFileSync(options.key, 'utf8'),
      );
    } catch (error) {
      throw new OpenclawError('SKILL_KEY_UNUSABLE', `${options.key}: ${(error as Error).message}`);
    }
    const path = join(skill.folder, SIGNATURE_FILE);
    writeFileAtomic(path, `${JSON.stringify(signature, null, 2)}\n`, 0o644);
    const fingerprint = fingerprintOf(signature.key);
    if (options.json) printJson({ path, fingerprint });
    else printLines(`${path}\nkey ${fingerprint}`);
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'proposals',
  arguments: '[action] [id]',
  description: 'skills that the assistant proposes: list, show <id>, apply <id>, reject <id>',
})
export class SkillsProposalsCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '-y, --yes', description: 'agree without a question' })
  parseYes(): boolean {
    return true;
  }

  @Option({ flags: '--accept-risk', description: 'apply although the scan found dangers' })
  parseRisk(): boolean {
    return true;
  }

  async run(
    [action = 'list', id]: string[],
    options: JsonOptions & { yes?: boolean; acceptRisk?: boolean },
  ): Promise<void> {
    const context = new SkillsCommandContext(this.env);
    const proposals = new SkillProposals(context.config.stateDir);
    if (action === 'list') {
      const rows = proposals.list();
      if (options.json) return printJson({ proposals: rows });
      if (rows.length === 0) return printLine('nothing is proposed');
      return printTable(rows, [
        { title: 'Id', value: (row) => row.id },
        { title: 'Skill', value: (row) => row.name },
        { title: 'Kind', value: (row) => (row.replaces ? 'change' : 'new') },
        { title: 'Scan', value: (row) => row.verdict },
        { title: 'Why', value: (row) => cutText(row.reason, 60) },
      ]);
    }
    if (id === undefined) throw new UsageError(`which one? openclaw skills proposals ${action} <id>`);
    switch (action) {
      case 'show': {
        const shown = proposals.show(id);
        if (options.json) return printJson(shown);
        printLine(`${shown.name}: ${shown.reason}`);
        for (const line of shown.findings.flatMap(describeFinding)) printLine(line);
        return printLines(shown.diff);
      }
      case 'apply': {
        const applied = await proposals.apply(id, context.installer(), (staged) => context.review(staged, options));
        if (!applied) process.exitCode = ExitCode.failed;
        if (options.json) return printJson({ applied: applied?.manifest.name ?? null });
        return printLine(applied ? `installed ${applied.manifest.name}` : 'nothing was installed');
      }
      case 'reject':
        proposals.reject(id);
        if (options.json) return printJson({ rejected: id });
        return printLine(`rejected ${id}`);
      default:
        throw new UsageError(`"${action}" is not known: list, show, apply or reject`);
    }
  }
}

export const SKILL_TRUST_COMMANDS = [
  SkillsTrustCommand,
  SkillsUntrustCommand,
  SkillsAgreeCommand,
  SkillsScanCommand,
  SkillsValidateCommand,
  SkillsNewCommand,
  SkillsSignCommand,
  SkillsProposalsCommand,
];
