import { t } from '@lingui/core/macro';
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
  /** False for what is no text. */
  isText?: boolean;
}

/** A file or folder of the workspace. */
export interface Entry {
  name: string;
  path: string;
  kind: 'file' | 'folder';
  size?: number;
  updatedAtMs?: number;
}

/** Whether a file shapes the agent, and is listed as such. */
export const shapes = (path: string): boolean => path in PURPOSES || /^memory\/[^/]+\.md$/.test(path);

/** What each file is for. */
export const PURPOSES: Readonly<Record<string, string>> = {
  get 'AGENTS.md'() {
    return t`How it works here: rules and habits`;
  },
  get 'SOUL.md'() {
    return t`Its character and tone`;
  },
  get 'IDENTITY.md'() {
    return t`Its name and looks`;
  },
  get 'USER.md'() {
    return t`What it knows of you`;
  },
  get 'TOOLS.md'() {
    return t`Notes on tools and machines`;
  },
  get 'HEARTBEAT.md'() {
    return t`What it looks after by itself`;
  },
  get 'MEMORY.md'() {
    return t`What it remembers for good`;
  },
  get 'BOOTSTRAP.md'() {
    return t`What it does the first time`;
  },
};

/** Whose text is in a file, in words. */
export const ORIGINS: Readonly<Record<string, string>> = {
  get owner() {
    return t`yours`;
  },
  get assistant() {
    return t`of the assistant`;
  },
  get gateway() {
    return t`of the gateway`;
  },
  get workspace() {
    return t`yours or of the assistant`;
  },
  get file() {
    return t`holds text of a file`;
  },
  get skill() {
    return t`holds text of a skill`;
  },
  get tool() {
    return t`holds text of an outside tool`;
  },
  get web() {
    return t`holds text of a web page`;
  },
  get stranger() {
    return t`holds text of somebody else`;
  },
};

export const TRUSTED: ReadonlySet<string> = new Set(['owner', 'assistant', 'gateway', 'workspace']);

/** Under which an unsaved text of a file is kept. */
export const unsavedName = (agentId: string, file: string): string => `agents/${agentId}/${file}`;
