import { t } from '@lingui/core/macro';
import { messageOf } from '../../gateway/problem';
import type { MethodCall } from '../../gateway/method-call';

/** Parameters of a tool, as a model gives them. */
export const EXAMPLE = '{"path": "notes.md"}';

export const KINDS = {
  get command() {
    return t`It runs a command`;
  },
  get address() {
    return t`It opens an address`;
  },
  get tool() {
    return t`It uses another tool`;
  },
  get person() {
    return t`Somebody writes`;
  },
} as const;
export type Kind = keyof typeof KINDS;

export const HOSTS = {
  get usual() {
    return t`Where commands run usually`;
  },
  get sandbox() {
    return t`In the sandbox`;
  },
  get gateway() {
    return t`On this machine`;
  },
} as const;

export const READ = {
  get nothing() {
    return t`Only what you wrote`;
  },
  get web() {
    return t`A web page`;
  },
  get file() {
    return t`A file that somebody sent`;
  },
  get tool() {
    return t`The answer of an outside tool`;
  },
  get stranger() {
    return t`A message of somebody else`;
  },
} as const;

/** What somebody wants to know about. */
export interface Wish {
  kind: Kind;
  command: string;
  host: keyof typeof HOSTS;
  address: string;
  tool: string;
  args: string;
  channel: string;
  senderId: string;
  read: keyof typeof READ;
  /** What you wrote names the address. */
  isNamed: boolean;
  isGuest: boolean;
}

export const EMPTY: Wish = {
  kind: 'command',
  command: '',
  host: 'usual',
  address: '',
  tool: '',
  args: '{}',
  channel: '',
  senderId: '',
  read: 'nothing',
  isNamed: false,
  isGuest: false,
};

/** The question to the gateway; a text where the wish says too little or what can't be read. */
export function callFor(wish: Wish): MethodCall | string {
  const { kind, command, host, address, tool, args, channel, senderId, read, isNamed, isGuest } = wish;
  const turn = {
    ...(read === 'nothing' ? {} : { read: [read] }),
    ...(isGuest ? { stranger: true } : {}),
  };
  switch (kind) {
    case 'command':
      if (command.trim() === '') return t`Write the command.`;
      return ['tools.judge', { tool: 'exec', args: { command, ...(host === 'usual' ? {} : { host }) }, ...turn }];
    case 'address': {
      const url = address.trim();
      if (url === '') return t`Write the address.`;
      return ['tools.judge', { tool: 'web_fetch', args: { url }, ...turn, ...(isNamed ? { said: url } : {}) }];
    }
    case 'tool': {
      if (tool === '') return t`Choose the tool.`;
      const parsed = objectIn(args);
      return typeof parsed === 'string' ? parsed : ['tools.judge', { tool, args: parsed, ...turn }];
    }
    case 'person':
      if (channel === '') return t`Choose where they write.`;
      if (senderId.trim() === '') return t`Write their id on the platform.`;
      return ['channels.judge', { channel, senderId: senderId.trim() }];
  }
}

function objectIn(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return t`The parameters must be an object, such as ${EXAMPLE}.`;
  } catch (error) {
    return t`The parameters are not valid JSON: ${messageOf(error)}`;
  }
}
