import { messageOf } from '../../../../src/common/openclaw-error';
import type { MethodCall } from '../../gateway/method-call';

export const KINDS = {
  command: 'It runs a command',
  address: 'It opens an address',
  tool: 'It uses another tool',
  person: 'Somebody writes',
} as const;
export type Kind = keyof typeof KINDS;

export const HOSTS = {
  usual: 'Where commands run usually',
  sandbox: 'In the sandbox',
  gateway: 'On this machine',
} as const;

export const READ = {
  nothing: 'Only what you wrote',
  web: 'A web page',
  file: 'A file that somebody sent',
  tool: 'The answer of an outside tool',
  stranger: 'A message of somebody else',
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
      if (command.trim() === '') return 'Write the command.';
      return ['tools.judge', { tool: 'exec', args: { command, ...(host === 'usual' ? {} : { host }) }, ...turn }];
    case 'address': {
      const url = address.trim();
      if (url === '') return 'Write the address.';
      return ['tools.judge', { tool: 'web_fetch', args: { url }, ...turn, ...(isNamed ? { said: url } : {}) }];
    }
    case 'tool': {
      if (tool === '') return 'Choose the tool.';
      const parsed = objectIn(args);
      return typeof parsed === 'string' ? parsed : ['tools.judge', { tool, args: parsed, ...turn }];
    }
    case 'person':
      if (channel === '') return 'Choose where they write.';
      if (senderId.trim() === '') return 'Write their id on the platform.';
      return ['channels.judge', { channel, senderId: senderId.trim() }];
  }
}

function objectIn(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return 'The parameters must be an object, such as {"path": "notes.md"}.';
  } catch (error) {
    return `The parameters are no JSON: ${messageOf(error)}`;
  }
}
