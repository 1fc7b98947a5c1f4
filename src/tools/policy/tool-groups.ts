import type { ToolProfile } from '../tools.config';

export const TOOL_GROUPS: Readonly<Record<string, readonly string[]>> = {
  'group:fs': ['read', 'write', 'edit', 'apply_patch', 'ls', 'grep', 'find'],
  'group:runtime': ['exec', 'process'],
  'group:web': ['web_search', 'web_fetch'],
  'group:sessions': ['sessions_list', 'sessions_history', 'sessions_send', 'sessions_spawn', 'session_status'],
  'group:memory': ['memory_search', 'memory_get'],
  'group:ui': ['browser', 'canvas'],
  'group:automation': ['cron', 'gateway'],
  'group:messaging': ['message'],
  'group:nodes': ['nodes'],
  'group:media': ['image', 'tts', 'voice_call', 'ppt_generate', 'pdf_generate'],
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
  messaging: ['group:messaging', 'sessions_list', 'sessions_history', 'sessions_send', 'session_status'],
  full: undefined,
};
