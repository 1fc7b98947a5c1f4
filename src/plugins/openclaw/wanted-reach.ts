import { join } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { hostOf, isLocalHost, matchesHost } from '../../common/net/host';
import type { PluginGrantsConfig } from '../../config/sections/extensions.config';
import { listSkillFiles } from '../../skills/trust/hash-folder';

const PROGRAM_FILE = /\.([cm]?[jt]s|[jt]sx)$/;
const NOT_RUN = /(^|\/)(node_modules|tests?|__tests__|docs|examples)\/|\.(test|spec|d)\.[cm]?ts$/;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MOST = 20;

/** An address that a text of the program begins with; in a template, up to what is put in. */
const ADDRESS = /['"`]((?:https?|wss?):\/\/[\w.:-]+)(?=[/'"`?#$])/gi;
/** Hosts that name a vocabulary or an example. */
const NOT_ASKED = ['www.w3.org', 'json-schema.org', 'example.com', '*.example.com', 'example.org', 'example.net'];
const SOCKETS =
  /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)['"](?:node:)?(net|tls|dgram|http2?|https|ws|undici|axios|node-fetch|got)['"]/;
const STARTED =
  /\b(?:spawn|exec|execFile|fork)(?:Sync)?\s*\(\s*['"`]([\w.+/-]+)|\brunCommandWithTimeout\s*\(\s*\[\s*['"`]([\w.+/-]+)|\brunCommand\s*\(\s*\[\s*['"`]([\w.+/-]+)/g;
const HOME_FOLDER = /['"`]~\/([\w.-]+(?:\/[\w.-]+)*)|\bhomedir\(\)\s*,\s*['"`]([\w./-]+)['"`]/g;
/** Folders of the gateway itself: what stands there is asked for, not read. */
const OF_THE_GATEWAY = /^\.(openclaw|clawdbot|moltbot)(\/|$)/;

/**
 * What the program of a plugin made for OpenClaw looks as if it reached, by what is written in it: a proposal to its owner,
 * who grants it or not. Nothing depends on it being complete.
 */
export function wantedReach(folder: string): PluginGrantsConfig {
  const [hosts, programs, folders] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let network = false;
  for (const file of listSkillFiles(folder, { everything: true })) {
    if (!PROGRAM_FILE.test(file) || NOT_RUN.test(file)) continue;
    const text = readBoundedFile(join(folder, file), MAX_FILE_BYTES)?.toString('utf8') ?? '';
    network ||= SOCKETS.test(text);
    for (const [, address = ''] of text.matchAll(ADDRESS)) {
      const grant = grantFor(address);
      if (grant !== undefined) hosts.add(grant);
    }
    for (const [, ...found] of text.matchAll(STARTED)) for (const name of found) if (name) programs.add(name);
    for (const [, ...found] of text.matchAll(HOME_FOLDER))
      for (const path of found) if (path && !OF_THE_GATEWAY.test(path)) folders.add(`~/${path}`);
  }
  const lists = { hosts, programs, folders };
  return {
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([name, values]) =>
        values.size === 0 ? [] : [[name, [...values].sort().slice(0, MOST)]],
      ),
    ),
    ...(network ? { network } : {}),
  };
}

/** What lies on this machine is granted with scheme and port only. */
function grantFor(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const host = hostOf(url);
  if (isLocalHost(host)) return url.origin;
  return host.address === undefined && !matchesHost(host.name, NOT_ASKED) ? host.name : undefined;
}

/** What is wanted and not granted yet. */
export function notGranted(wanted: PluginGrantsConfig, granted: PluginGrantsConfig = {}): PluginGrantsConfig {
  const rest: PluginGrantsConfig = {};
  for (const name of ['hosts', 'programs', 'folders'] as const) {
    const missing = (wanted[name] ?? []).filter((each) => !granted[name]?.includes(each));
    if (missing.length > 0) rest[name] = missing;
  }
  return wanted.network && granted.network === undefined ? { ...rest, network: true } : rest;
}
