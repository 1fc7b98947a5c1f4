import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { TOLD_EVENTS } from '../../automation/hooks/handlers/hook-event';
import { readBoundedFile } from '../../common/bounded-file';
import { writePrivateFile } from '../../common/private-files';

const MAX_BYTES = 4 * 1024 * 1024;

/** What a plugin made for OpenClaw registers when it is run. */
export interface Brings {
  /** Parameters as a JSON Schema. */
  tools: { name: string; description: string; parameters?: Record<string, unknown> }[];
  methods: { name: string }[];
  /** Commands in a chat. */
  commands: { name: string; description: string; forOwners: boolean }[];
  services: string[];
  routes: { path: string; isPrefix: boolean; byPlugin: boolean }[];
  /** Hooks of `api.on`. */
  hooks: string[];
  /** Events of `api.registerHook`. */
  events: string[];
  /** Commands of the command line. */
  cli: string[];
  /** Calls of the registration that have no effect here, by name. */
  unused: string[];
}

/** Hooks of `api.on` that are called here. */
export const HOOKS_HERE = [
  'after_tool_call',
  'agent_end',
  'before_agent_start',
  'before_prompt_build',
  'before_reset',
  'before_tool_call',
  'gateway_start',
  'message_received',
  'message_sent',
  'session_start',
] as const;

/** What a plugin registers and nobody calls here, in words of its own. */
export const withoutEffect = ({ unused, hooks, events, cli }: Brings): string[] => [
  ...unused,
  ...hooks.filter((name) => !(HOOKS_HERE as readonly string[]).includes(name)).map((name) => `hook ${name}`),
  ...events.filter((name) => !(TOLD_EVENTS as readonly string[]).includes(name)).map((name) => `event ${name}`),
  ...cli.map((name) => `command line ${name}`),
];

const fileOf = (folder: string, id: string): string => join(folder, '.brings', `${id}.json`);

/** @param folder of all plugins @returns SHA-256 of what was written */
export function writeBrings(folder: string, id: string, brings: Brings): string {
  const text = JSON.stringify(brings);
  writePrivateFile(fileOf(folder, id), text);
  return digestOf(text);
}

/** @returns undefined where it is not what was written under that digest */
export function readBrings(folder: string, id: string, sha256: string): Brings | undefined {
  const content = readBoundedFile(fileOf(folder, id), MAX_BYTES);
  return content && digestOf(content) === sha256 ? (JSON.parse(content.toString('utf8')) as Brings) : undefined;
}

export const removeBrings = (folder: string, id: string): void => rmSync(fileOf(folder, id), { force: true });

const digestOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
