import type { ToolProfile } from '../tools.config';

export const TOOL_GROUPS: Readonly<Record<string, readonly string[]>> = {
  'group:fs': ['read', 'write', 'edit', 'apply_patch', 'ls', 'grep', 'find'],
  'group:runtime': ['exec', 'process'],
  'group:web': ['web_search', 'web_fetch'],
  'group:sessions': [
    'sessions_list',
    'sessions_history',
    'sessions_search',
    'sessions_send',
    'sessions_spawn',
    'session_status',
  ],
  'group:memory': ['memory_search', 'memory_get'],
  'group:ui': ['browser', 'canvas'],
  'group:automation': ['cron', 'gateway'],
  'group:messaging': ['message'],
  'group:nodes': ['nodes'],
  'group:media': ['image', 'image_generate', 'tts', 'voice_call', 'ppt_generate', 'pdf_generate'],
  'group:openclaw': [
    'browser',
    'canvas',
    'nodes',
    'cron',
    'message',
    'gateway',
    'agents_list',
    'sessions_list',
    'sessions_history',
    'sessions_search',
    'sessions_send',
    'sessions_spawn',
    'session_status',
    'memory_search',
    'memory_get',
    'web_search',
    'web_fetch',
    'image',
  ],
};

/** What a sandboxed session has, unless `tools.sandbox.tools` says otherwise. */
export const SANDBOX_TOOLS = {
  allow: [
    'exec',
    'process',
    'read',
    'write',
    'edit',
    'apply_patch',
    'ls',
    'grep',
    'find',
    'todo',
    'image',
    'sessions_list',
    'sessions_history',
    'sessions_search',
    'sessions_send',
    'sessions_spawn',
    'session_status',
  ],
  deny: ['browser', 'canvas', 'nodes', 'cron', 'gateway', 'message'],
} as const;

/** What a sub-agent never has: it works on its one task and reports. */
export const SUBAGENT_DENY: readonly string[] = [
  'sessions_list',
  'sessions_history',
  'sessions_search',
  'sessions_send',
  'sessions_spawn',
  'session_status',
  'gateway',
  'agents_list',
  'cron',
  'memory_search',
  'memory_get',
  // Nobody reads along.
  'ask_user',
  'propose_plan',
];

/**
 * What somebody who does not own the gateway has, in a folder of their own, unless the owner gives more
 * (`tools.guests`, `toolsBySender`).
 */
export const GUEST_TOOLS: readonly string[] = [
  'read',
  'write',
  'edit',
  'ls',
  'grep',
  'find',
  'todo',
  'image',
  'web_search',
  'web_fetch',
  'session_status',
  'ask_user',
  'find_tools',
];

/** What works for the owner whoever calls it: no configuration gives it to a guest. */
export const GUEST_NEVER: readonly string[] = ['cron', 'gateway', 'memory_search', 'memory_get'];

/** What can't be reached from outside a turn, over HTTP or MCP: it needs a conversation, or would start one. */
export const OUTSIDE_DENY: readonly string[] = [
  'sessions_spawn',
  'sessions_send',
  'gateway',
  'ask_user',
  'propose_plan',
  'voice_call',
];

/** What HTTP leaves out besides, unless the owner adds it (`gateway.tools.allow`): it acts for long, or on others. */
export const HTTP_DENY: readonly string[] = ['exec', 'apply_patch', 'cron', 'gateway', 'nodes'];

/** Names and groups that a profile allows; undefined: everything. */
export const PROFILE_TOOLS: Readonly<Record<ToolProfile, readonly string[] | undefined>> = {
  minimal: ['session_status'],
  coding: [
    'group:fs',
    'group:runtime',
    'group:sessions',
    'group:memory',
    'image',
    'todo',
    'ppt_generate',
    'pdf_generate',
  ],
  messaging: [
    'group:messaging',
    'sessions_list',
    'sessions_history',
    'sessions_search',
    'sessions_send',
    'session_status',
  ],
  full: undefined,
};
