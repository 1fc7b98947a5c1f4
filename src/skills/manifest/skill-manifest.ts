import { decodeOwnText } from '../../common/text/decode-text';
import { cutText } from '../../common/cut-text';
import { isWebAddress } from '../../common/net/host';
import { isPlainObject } from '../../common/plain-object';
import { type Capabilities, readCapabilities } from './capabilities';
import { type Frontmatter, FrontmatterError, type SkillFault, parseFrontmatter } from './frontmatter';

export const INSTALL_KINDS = ['brew', 'node', 'go', 'uv', 'apt', 'download'] as const;
export type InstallKind = (typeof INSTALL_KINDS)[number];

/** One way to get a program that a skill needs. */
export interface InstallSpec {
  id: string;
  kind: InstallKind;
  label: string;
  bins: readonly string[];
  os: readonly string[];
  /** Formula, cask, package or module, as the kind wants it; for downloads the address. */
  subject: string;
  /** A program with windows, which Homebrew keeps apart from formulae. */
  isCask?: true;
  archive?: string;
  extract?: boolean;
  stripComponents?: number;
  targetDir?: string;
}

export interface Requirements {
  bins: readonly string[];
  anyBins: readonly string[];
  env: readonly string[];
  config: readonly string[];
  os: readonly string[];
}

/** What a SKILL.md says about itself. */
export interface SkillManifest {
  name: string;
  description: string;
  homepage?: string;
  emoji?: string;
  /** Gets a slash command. */
  userInvocable: boolean;
  /** Stands in the list that models see. */
  modelInvocable: boolean;
  /** Its slash command calls this tool at once, with its arguments as they are. */
  dispatchTool?: string;
  /** Eligible whatever it requires. */
  always: boolean;
  /** Key in `skills.entries`. */
  skillKey: string;
  /** Variable that `skills.entries.<key>.apiKey` fills. */
  primaryEnv?: string;
  requires: Requirements;
  install: readonly InstallSpec[];
  /** Tools that its text is about: a conversation that has none of them is not told of it. Empty: about none. */
  tools: readonly string[];
  /** Ships with the gateway beyond the set that OpenClaw has; counted apart. */
  isFurther?: true;
  capabilities?: Capabilities;
  /** Version that the author gives. */
  version?: string;
}

export interface ParsedSkill {
  manifest: SkillManifest;
  body: string;
  bodyLine: number;
  warnings: readonly SkillFault[];
}

const MAX_NAME = 64;
const MAX_DESCRIPTION = 1024;
/** Key of our block in `metadata`, and its former names. */
const METADATA_KEYS = ['openclaw', 'clawdbot', 'moltbot', 'clawdis'];

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g;

/**
 * @param source bytes are read as every text that programs write: with a mark, or as UTF-8
 * @param folderName stands in for a missing name
 * @throws FrontmatterError with line and reason
 */
export function parseSkill(source: string | Uint8Array, folderName: string): ParsedSkill {
  const front = parseFrontmatter(typeof source === 'string' ? source : decodeOwnText(source));
  const warnings = [...front.warnings];
  const name = cleanText(stringOf(front, 'name') ?? folderName);
  const named = front.values.get('name')?.line ?? 1;
  if (name === '' || name.length > MAX_NAME || /[/\\<>]/.test(name))
    throw new FrontmatterError(
      named,
      `name "${cutText(name, 80)}" must have 1 to ${MAX_NAME} characters and no / \\ < >`,
    );
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    warnings.push({
      line: named,
      reason: `name "${name}" should have lower-case letters, digits and single dashes only`,
    });
  const description = cleanText(stringOf(front, 'description') ?? '');
  if (description === '')
    throw new FrontmatterError(
      front.values.get('description')?.line ?? 1,
      'description is missing: nobody could tell when to use it',
    );
  if (description.length > MAX_DESCRIPTION)
    warnings.push({
      line: front.values.get('description')?.line ?? 1,
      reason: `description has ${description.length} characters; what is beyond ${MAX_DESCRIPTION} is left out`,
    });
  const meta = metadataOf(front);
  const homepage =
    ['homepage', 'website', 'url'].map((key) => stringOf(front, key)).find(Boolean) ?? text0(meta['homepage']);
  const dispatchTool = stringOf(front, 'command-dispatch') === 'tool' ? stringOf(front, 'command-tool') : undefined;
  if (stringOf(front, 'command-dispatch') === 'tool' && !dispatchTool)
    warnings.push({
      line: front.values.get('command-dispatch')?.line ?? 1,
      reason: 'command-dispatch is "tool", but command-tool names none; the command goes to the model',
    });
  const requires = isPlainObject(meta['requires']) ? meta['requires'] : {};
  const declared = front.values.get('capabilities') ?? {
    value: meta['capabilities'],
    line: front.values.get('metadata')?.line ?? 1,
  };
  const capabilities =
    declared.value === undefined ? undefined : readCapabilities(declared.value, declared.line, warnings);
  const version = stringOf(front, 'version') ?? text0(meta['version']);
  return {
    manifest: {
      name,
      description: cutText(description, MAX_DESCRIPTION),
      ...(homepage && isWebAddress(homepage) ? { homepage } : {}),
      ...optional('emoji', cutText(text0(meta['emoji']) ?? '', 16, { mark: '' }) || undefined),
      userInvocable: flag(front, 'user-invocable', true),
      modelInvocable: !flag(front, 'disable-model-invocation', false),
      ...optional('dispatchTool', dispatchTool),
      always: meta['always'] === true,
      skillKey: text0(meta['skillKey']) ?? name,
      ...optional('primaryEnv', text0(meta['primaryEnv'])),
      requires: {
        bins: list(requires['bins']),
        anyBins: list(requires['anyBins']),
        env: list(requires['env']),
        config: list(requires['config']),
        os: list(meta['os']),
      },
      install: Array.isArray(meta['install'])
        ? meta['install'].flatMap((entry, index) => installSpec(entry, index, front, warnings))
        : [],
      tools: list(meta['tools']),
      ...(meta['further'] === true ? { isFurther: true as const } : {}),
      ...optional('capabilities', capabilities),
      ...optional('version', version),
    },
    body: front.body,
    bodyLine: front.bodyLine,
    warnings,
  };
}

const cleanText = (text: string): string => text.replace(/\s+/g, ' ').replace(UNPRINTABLE, '').trim();
const text0 = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? cleanText(value) : undefined;
const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [])
    .filter((item): item is string => typeof item === 'string')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function stringOf(front: Frontmatter, key: string): string | undefined {
  const value = front.values.get(key)?.value;
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined;
}

function flag(front: Frontmatter, key: string, otherwise: boolean): boolean {
  const value = front.values.get(key)?.value;
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' && /^(true|yes|on|1|false|no|off|0)$/i.test(value.trim())
    ? /^(true|yes|on|1)$/i.test(value.trim())
    : otherwise;
}

function metadataOf(front: Frontmatter): Record<string, unknown> {
  const metadata = front.values.get('metadata')?.value;
  if (!isPlainObject(metadata)) return {};
  for (const key of METADATA_KEYS) if (isPlainObject(metadata[key])) return metadata[key];
  return {};
}

function installSpec(entry: unknown, index: number, front: Frontmatter, warnings: SkillFault[]): InstallSpec[] {
  const line = front.values.get('metadata')?.line ?? 1;
  const spec = isPlainObject(entry) ? entry : {};
  const kind = INSTALL_KINDS.find((known) => known === spec['kind']);
  const cask = kind === 'brew' ? text0(spec['cask']) : undefined;
  const subject =
    kind === 'brew'
      ? (text0(spec['formula']) ?? cask)
      : kind === 'go'
        ? text0(spec['module'])
        : kind === 'download'
          ? text0(spec['url'])
          : text0(spec['package']);
  if (!kind || subject === undefined || !SUBJECT.test(subject)) {
    warnings.push({ line, reason: `install[${index}] is left out: kind, or what to install, is missing or malformed` });
    return [];
  }
  return [
    {
      id: text0(spec['id']) ?? `${kind}-${index}`,
      kind,
      label: text0(spec['label']) ?? `Install ${subject} (${kind})`,
      bins: list(spec['bins']),
      os: list(spec['os']),
      subject,
      ...(cask !== undefined && subject === cask ? { isCask: true as const } : {}),
      ...optional('archive', text0(spec['archive'])),
      ...(typeof spec['extract'] === 'boolean' ? { extract: spec['extract'] } : {}),
      ...(typeof spec['stripComponents'] === 'number' ? { stripComponents: spec['stripComponents'] } : {}),
      ...optional('targetDir', text0(spec['targetDir'])),
    },
  ];
}

/** Nothing that a package manager could take for a flag. */
const SUBJECT = /^[A-Za-z0-9@][^\s'"`;&|$<>\\]*$/;
