import { lstatSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { readBoundedFile, readHead } from '../../common/bounded-file';
import { decodeText } from '../../common/text/decode-text';
import { cutText } from '../../common/cut-text';
import { isWithin, matchesHost } from '../../common/net/host';
import { undeclaredProgram } from '../../tools/exec/undeclared-program';
import type { SkillManifest } from '../manifest/skill-manifest';
import { hostsIn, isBareAddress } from './addresses-in';
import { listSkillFiles } from './hash-folder';
import { HIDDEN_ORDER, type LineKind, NEGATED, SCAN_RULES, type Severity } from './scan-rules';

export interface ScanFinding {
  rule: string;
  severity: Severity;
  file: string;
  line: number;
  says: string;
  /** The line, cut and made printable. */
  excerpt: string;
}

export interface ScanReport {
  verdict: 'clean' | 'warning' | 'danger';
  findings: readonly ScanFinding[];
  files: number;
}

const MAX_TEXT_BYTES = 1024 * 1024;
const EXCERPT = 160;
const MAX_LINE = 2000;
const OVERLAP = 400;
const TEXT_FILES =
  /\.(md|markdown|txt|rst|json|ya?ml|toml|csv|html?|css|svg|xml)$|(^|\/)(LICENSE|NOTICE|README)[^/]*$/i;
const SCRIPT_FILES = /\.(sh|bash|zsh|fish|py|js|mjs|cjs|ts|rb|pl|php|ps1|bat|cmd|lua|go|applescript|swift)$/i;
const SHELL_WORDS = /^(ba|z|da|k|fi)?sh$|^(console|shell|shellsession|terminal|powershell|ps1|cmd|bat)$/;
const HARMLESS_BINARY = /\.(png|jpe?g|gif|webp|ico|pdf|ttf|otf|woff2?|mp3|wav|ogg|mp4|pptx|docx|xlsx)$/i;
/** Letters without width, changes of direction, tags: what people do not see and models read. */
const HIDDEN =
  /[\u00ad\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]/u;
/** A word of Latin letters with some that only look so. */
const MIXED_SCRIPT =
  /(?<!\p{L})(?=\p{L}*[A-Za-z])(?=\p{L}*[\u0400-\u04ff\u0370-\u03ff])\p{L}*?[A-Za-z\u0400-\u04ff\u0370-\u03ff]{4,}/u;
const NETWORK_CODE =
  /\b(curl|wget|urlopen|requests\.(get|post|put)|httpx?\.|fetch\(|https?\.request|axios|socket\.|XMLHttpRequest|Net::HTTP|Invoke-WebRequest)/i;
/** Kept free for examples: nobody can be reached there. */
const EXAMPLE_DOMAINS = ['example.com', 'example.org', 'example.net'];
/** Hosts that stand in the names of XML vocabularies: nothing is fetched there, and what is belongs to their authors. */
const VOCABULARY_HOSTS = ['schemas.openxmlformats.org', 'www.w3.org'];
const HARMLESS_DOMAINS = [...EXAMPLE_DOMAINS, ...VOCABULARY_HOSTS];

interface Line {
  text: string;
  number: number;
  kind: LineKind;
  /** A line of a shell, so that programs stand at its beginning. */
  isShell: boolean;
  /** The sentence that a command stands in. */
  around?: string;
}

/**
 * Looks through all files of a skill for what harms. Pure but for reading.
 * @param options everything: also what is no part of what is published, such as `node_modules`
 */
export function scanSkill(
  folder: string,
  manifest: SkillManifest | undefined,
  options?: { everything?: boolean },
): ScanReport {
  const findings: ScanFinding[] = [];
  const files = listSkillFiles(folder, options);
  const skillText = readIfText(join(folder, 'SKILL.md')) ?? '';
  for (const file of files) {
    const path = join(folder, file);
    const stat = lstatSync(path);
    const add = (rule: string, severity: Severity, line: number, says: string, text = ''): void => {
      findings.push({ rule, severity, file, line, says, excerpt: printable(text) });
    };
    if (stat.isSymbolicLink()) {
      add('link', 'danger', 1, 'is a link; it may lead anywhere');
      continue;
    }
    const text = readIfText(path);
    if (text === undefined) {
      if (!HARMLESS_BINARY.test(file) || isProgram(path))
        add('binary', 'danger', 1, 'is a program or another file that cannot be read');
      continue;
    }
    for (const line of linesOf(file, text)) scanLine(line, manifest, add);
    if (file !== 'SKILL.md' && SCRIPT_FILES.test(file)) scanNetwork(text, skillText, manifest, add);
  }
  const once = distinct(findings);
  return {
    verdict: once.some((finding) => finding.severity === 'danger') ? 'danger' : once.length > 0 ? 'warning' : 'clean',
    findings: once,
    files: files.length,
  };
}

type Add = (rule: string, severity: Severity, line: number, says: string, text?: string) => void;

/** Long lines in pieces that overlap, so that no time is lost on one. */
function scanLine(line: Line, manifest: SkillManifest | undefined, add: Add): void {
  if (line.text.length <= MAX_LINE) return scanPiece(line, manifest, add);
  for (let at = 0; at < line.text.length; at += MAX_LINE - OVERLAP)
    scanPiece({ ...line, text: line.text.slice(at, at + MAX_LINE) }, manifest, add);
}

function scanPiece(line: Line, manifest: SkillManifest | undefined, add: Add): void {
  const { text, number, kind } = line;
  if (HIDDEN.test(text.replace(/^\uFEFF/, number === 1 ? '' : '$&')))
    add('hidden-text', 'danger', number, 'holds characters that people do not see', text);
  if (MIXED_SCRIPT.test(text)) add('hidden-text', 'danger', number, 'mixes letters that look alike', text);
  if (kind === 'comment' && HIDDEN_ORDER.test(text))
    add('hidden-text', 'danger', number, 'speaks to the assistant where readers do not look', text);
  for (const rule of SCAN_RULES) {
    if (!rule.in.includes(kind) || !rule.pattern.test(text)) continue;
    const isSaid = kind !== 'code' || line.around !== undefined;
    if ((rule.unless !== NEGATED || isSaid) && rule.unless?.test(line.around ?? text)) continue;
    const { vouched } = rule;
    if (vouched && hostsIn(text).every(({ name }) => vouched.includes(name))) continue;
    add(rule.id, rule.severity, number, rule.says, text);
  }
  if (kind === 'code' && hostsIn(text).some(isBareAddress))
    add('raw-address', 'danger', number, 'reaches a bare address, which no publisher needs', text);
  const declared = manifest?.capabilities;
  if (!declared || kind !== 'code') return;
  for (const { name: host, address } of hostsIn(text))
    if (!address && !matchesHost(host, declared.network) && !HARMLESS_DOMAINS.some((domain) => isWithin(host, domain)))
      add('undeclared-network', 'danger', number, `reaches ${host}, which it does not declare`, text);
  if (!line.isShell) return;
  const programs = [...declared.programs, ...manifest.requires.bins, ...manifest.requires.anyBins];
  const grant = { skills: [], env: {}, folders: ['{baseDir}'], hosts: [], isOwn: false, programs };
  const undeclared = undeclaredProgram(text.replace(/^\s*\$\s+/, ''), grant);
  if (undeclared?.includes('declared programs')) add('undeclared-program', 'warning', number, undeclared, text);
}

/** A script that reaches hosts of which the instructions say nothing. */
function scanNetwork(text: string, skillText: string, manifest: SkillManifest | undefined, add: Add): void {
  if (!NETWORK_CODE.test(text)) return;
  text.split('\n').forEach((line, index) => {
    for (const { name: host, address } of hostsIn(line)) {
      const declared = manifest?.capabilities?.network ?? [];
      if (address || matchesHost(host, declared) || skillText.includes(host)) continue;
      add('undeclared-network', 'danger', index + 1, `reaches ${host}, of which SKILL.md says nothing`, line);
    }
  });
}

/** Lines of a file with what they are: in Markdown by fences and comments, in scripts all code. */
function* linesOf(file: string, text: string): Generator<Line> {
  const lines = text.split(/\r?\n/);
  if (!/\.(md|markdown)$/i.test(file)) {
    const isCode = SCRIPT_FILES.test(file) || text.startsWith('#!') || !TEXT_FILES.test(file);
    for (const [index, line] of joined(lines))
      yield { text: line, number: index + 1, kind: isCode ? 'code' : 'prose', isShell: false };
    return;
  }
  let fence: string | undefined;
  let isShell = false;
  let document: string | undefined;
  let inComment = false;
  let inFront = lines[0]?.trim() === '---';
  for (const [index, line] of joined(lines)) {
    const number = index + 1;
    if (index > 0 && inFront && line.trim() === '---') inFront = false;
    const mark = /^\s*(```+|~~~+)\s*(\w*)/.exec(line);
    if (mark && !inComment && (fence === undefined || line.trim().startsWith(fence))) {
      isShell = SHELL_WORDS.test((mark[2] ?? '').toLowerCase());
      fence = fence === undefined ? (mark[1] ?? '```') : undefined;
      continue;
    }
    if (fence !== undefined) {
      yield { text: line, number, kind: 'code', isShell: isShell && document === undefined };
      // Lines of a here document are no commands.
      if (document !== undefined && line.trim() === document) document = undefined;
      else if (isShell) document ??= /<<-?\s*['"]?(\w+)['"]?/.exec(line)?.[1];
      continue;
    }
    document = undefined;
    const opens = line.includes('<!--');
    if (opens) inComment = true;
    yield { text: line, number, kind: inComment ? 'comment' : 'prose', isShell: false };
    // Commands in the running text are commands all the same.
    for (const [, inline = ''] of line.matchAll(/`([^`\n]{4,})`/g))
      if (!inFront && !inComment && /[\s/]/.test(inline))
        yield { text: inline, number, kind: 'code', isShell: false, around: line };
    if (inComment && line.includes('-->')) inComment = false;
  }
}

/** Lines that a backslash continues are one. */
function* joined(lines: readonly string[]): Generator<[number, string]> {
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    let line = lines[index] ?? '';
    while (line.endsWith('\\') && index + 1 < lines.length) line = `${line.slice(0, -1)} ${lines[++index] ?? ''}`;
    yield [start, line];
  }
}

function readIfText(path: string): string | undefined {
  try {
    const content = readBoundedFile(path, MAX_TEXT_BYTES);
    if (!content) return undefined;
    return decodeText(content)?.text ?? (content.includes(0) ? undefined : content.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  const head = readHead(path, 4)?.toString('latin1');
  // What can't be read may be anything.
  if (head === undefined) return true;
  return (
    /^(\x7fELF|MZ|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe|\xce\xfa\xed\xfe)/.test(head) && extname(basename(path)) !== '.md'
  );
}

const printable = (text: string): string =>
  cutText(
    text
      .replace(/[^\x20-\x7e\u00a0-\ud7ff\uf900-\ufffd]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
      .trim(),
    EXCERPT,
  );

/** One finding per rule and line. */
function distinct(findings: readonly ScanFinding[]): ScanFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ rule, file, line }) => {
    const key = `${rule} ${file} ${line}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
