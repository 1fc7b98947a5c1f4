/** An agent as `agents.list` tells it. */
export interface Agent {
  id: string;
  name?: string;
  identity?: { name?: string; emoji?: string };
  workspace: string;
  model?: { primary: string; fallbacks?: string[] };
}

export interface Agents {
  defaultId: string;
  agents: Agent[];
}

export const nameOf = ({ id, name, identity }: Agent): string => identity?.name ?? name ?? id;

/** A file that shapes an agent. */
export interface AgentFile {
  name: string;
  missing: boolean;
  size?: number;
  updatedAtMs?: number;
  origin?: string;
  content?: string;
  hash?: string;
}

/** What each file is for. */
export const PURPOSES: Readonly<Record<string, string>> = {
  'AGENTS.md': 'How it works here: rules and habits',
  'SOUL.md': 'Its character and tone',
  'IDENTITY.md': 'Its name and looks',
  'USER.md': 'What it knows of you',
  'TOOLS.md': 'Notes on tools and machines',
  'HEARTBEAT.md': 'What it looks after by itself',
  'MEMORY.md': 'What it remembers for good',
  'BOOTSTRAP.md': 'What it does the first time',
};

/** Whose text is in a file, in words. */
export const ORIGINS: Readonly<Record<string, string>> = {
  owner: 'yours',
  assistant: 'of the assistant',
  gateway: 'of the gateway',
  workspace: 'yours or of the assistant',
  file: 'holds text of a file',
  skill: 'holds text of a skill',
  tool: 'holds text of an outside tool',
  web: 'holds text of a web page',
  stranger: 'holds text of somebody else',
};

export const TRUSTED: ReadonlySet<string> = new Set(['owner', 'assistant', 'gateway', 'workspace']);

/** Under which an unsaved text of a file is kept. */
export const unsavedName = (agentId: string, file: string): string => `agent file ${agentId} ${file}`;
