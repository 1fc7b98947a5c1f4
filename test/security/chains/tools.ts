import { existsSync } from 'node:fs';
import { until } from '../../harness/gateway-process';
import type { ToolCall } from '../../harness/tool-bench';
import { AT, type Step, WORDS, type Ways, exec, idIn, jobOf, messageOf, order, patch, read, way, write } from './calls';

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** Calls of a tool, after all that had to be there for them. */
interface Prepared {
  calls: ToolCall[];
  /** The conversation that they have to be made in; otherwise one that has seen nothing else. */
  sessionKey?: string;
  /** What is left to do once they were made. */
  end?(told: readonly string[]): Promise<unknown>;
}

/** A tool that brings what a file says into a conversation. */
export interface Taker {
  tool: string;
  take(ways: Ways, from: string): Prepared | Promise<Prepared>;
  /** It brings somebody else's text whatever the file says. */
  isForeign?: true;
  /** It brings what others have besides: what was one's own may come with theirs. */
  isShared?: true;
  /** What it tells. */
  tells?: string;
}

/** A tool by which a conversation leaves what it has read in a file. */
export interface Leaver {
  tool: string;
  leave(ways: Ways, to: string): Prepared | Promise<Prepared>;
  to?(name: string): string;
  /** No text: whose it is shows where its name is told. */
  isBinary?: true;
}

const call = (name: string, args: object): ToolCall => ({ name, args });
const plain = (tool: string, calls: (from: string, ways: Ways) => ToolCall[], tells?: string): Taker => ({
  tool,
  take: (ways, from) => ({ calls: calls(from, ways) }),
  ...(tells === undefined ? {} : { tells }),
});
const foreign = (tool: string, calls: (ways: Ways) => ToolCall[], tells?: string): Taker => ({
  ...plain(tool, (_from, ways) => calls(ways), tells),
  isForeign: true,
});
/** A conversation that has read a file and says so. */
async function reader({ turn, fresh }: Ways, from: string, says = WORDS): Promise<string> {
  const key = fresh();
  await turn([read(from)], key, says);
  return key;
}
/** Of a tool that finds what a conversation has made of the file. */
const after = (tool: string, make: (from: string) => ToolCall, calls: (from: string) => ToolCall[]): Taker => ({
  tool,
  take: async ({ turn }, from) => {
    await turn([read(from), make(from)]);
    return { calls: calls(from) };
  },
});
const named = (from: string): ToolCall => write(`${from}.names/${WORDS}.txt`);
const noted = (): ToolCall => write('memory/taken.md');

export const TAKERS: readonly Taker[] = [
  plain('read', (from) => [read(from)]),
  plain('grep', (from) => [call('grep', { pattern: 'tea', path: from })]),
  plain('exec', (from) => [exec(`cat ${from}`)]),
  after('find', named, (from) => [call('find', { pattern: 'tea*', path: `${from}.names` })]),
  after('ls', named, (from) => [call('ls', { path: `${from}.names` })]),
  after('memory_search', noted, () => [call('memory_search', { query: WORDS })]),
  after('memory_get', noted, () => [call('memory_get', { path: 'memory/taken.md' })]),
  {
    tool: 'image',
    take: async ({ turn }, from) => {
      await turn([exec(`cat ${from}; echo ${PIXEL} | base64 -d > ${from}.png`)]);
      return { calls: [call('image', { image: `${from}.png`, prompt: 'What does it say?' })] };
    },
  },
  {
    tool: 'process',
    take: async ({ turn }, from) => {
      const [told] = await turn([exec(`sleep 0.1; cat ${from}`, { background: true })]);
      return { calls: [call('process', { action: 'poll', sessionId: idIn(told), timeoutMs: 10_000 })] };
    },
  },
  {
    tool: 'sessions_history',
    take: async (ways, from) => ({
      calls: [call('sessions_history', { sessionKey: await reader(ways, from), limit: 1 })],
    }),
  },
  {
    tool: 'sessions_list',
    isShared: true,
    take: async (ways, from) => {
      await reader(ways, from);
      return { calls: [call('sessions_list', { messageLimit: 1, limit: 3 })] };
    },
  },
  {
    tool: 'sessions_search',
    take: async (ways, from) => {
      const mark = ways.fresh().replaceAll('-', '');
      await reader(ways, from, `${WORDS} ${mark}`);
      return { calls: [call('sessions_search', { query: mark })] };
    },
  },
  {
    tool: 'sessions_send',
    take: async (ways, from) => {
      const sessionKey = await reader(ways, from);
      return { calls: [call('sessions_send', { sessionKey, message: 'what is tea?', timeoutSeconds: 10 })] };
    },
  },
  {
    tool: 'cron',
    take: async (ways, from) => {
      const name = `${WORDS} ${ways.fresh()}`;
      const job = { name, schedule: AT, payload: { kind: 'systemEvent', text: 'tea' } };
      await ways.turn([read(from), call('cron', { action: 'add', job })]);
      const id = await jobOf(ways, name);
      return {
        calls: [call('cron', { action: 'list' })],
        end: () => ways.bench.client.call('cron.remove', { id }),
      };
    },
  },
  {
    tool: 'todo',
    take: async ({ bench, turn, fresh }, from) => {
      const key = fresh();
      await turn([], key);
      await turn([read(from), call('todo', { action: 'add', text: WORDS })], key);
      await bench.client.done('sessions.rewind', { key, messageId: await messageOf(bench, key, 1) });
      return { calls: [call('todo', { action: 'list' })], sessionKey: key };
    },
  },
  foreign('web_fetch', ({ site }) => [call('web_fetch', { url: `${site.url}/page` })]),
  foreign('web_search', () => [call('web_search', { query: 'tea' })]),
  foreign('mcp', () => [call('mcp__notes__look_up', { text: WORDS })]),
  foreign('find_tools', () => [call('find_tools', { names: ['mcp__notes__look_up'] })], 'look something up'),
  foreign('nodes', () => [call('nodes', { action: 'location_get', node: 'phone' })]),
  foreign('canvas', () => [call('canvas', { action: 'eval', node: 'phone', javaScript: '1' })]),
  foreign('voice_call', () => [call('voice_call', { action: 'get_status', callId: 'CA12345678' })]),
];

/** Only where there is a browser. */
export const BROWSING: Taker = foreign('browser', ({ site }) => [
  call('browser', { action: 'open', targetUrl: `${site.url}/page` }),
  call('browser', { action: 'snapshot' }),
]);

const into = (tool: string, calls: (to: string) => ToolCall[], more: Partial<Leaver> = {}): Leaver => ({
  tool,
  leave: (_ways, to) => ({ calls: calls(to) }),
  ...more,
});
const document = (extension: string): Partial<Leaver> => ({
  isBinary: true,
  to: (file: string): string => `output/${file.replaceAll('/', '-')}.${extension}`,
});
const nameOf = (path: string): string => path.replace(/^output\/(.*)\.\w+$/, '$1');
/** Of a tool that gives its file a name by itself. */
const making = (tool: string, args: object): Leaver => ({
  tool,
  isBinary: true,
  leave: ({ turn }, to) => ({
    calls: [call(tool, args)],
    end: (told) => turn([exec(`mv ${/output\/[\w-]+\.\w+/.exec(told.at(-1) ?? '')?.[0] ?? 'nothing'} ${to}`)]),
  }),
});

export const LEAVERS: readonly Leaver[] = [
  into('write', (to) => [write(to)]),
  into('apply_patch', (to) => [patch(`*** Add File: ${to}`, `+${WORDS}`)]),
  into('exec', (to) => [exec(`echo ${WORDS} > ${to}`)]),
  {
    tool: 'edit',
    leave: async ({ turn }, to) => {
      await turn([write(to, 'nothing yet')]);
      return { calls: [call('edit', { path: to, oldText: 'nothing yet', newText: WORDS })] };
    },
  },
  {
    tool: 'process',
    leave: async ({ turn }, to) => {
      const [told] = await turn([exec(`cat > ${to}`, { background: true })]);
      return {
        calls: [call('process', { action: 'write', sessionId: idIn(told), data: `${WORDS}\n`, eof: true })],
      };
    },
  },
  into('sessions_spawn', (to) => [call('sessions_spawn', { task: order(to) })]),
  {
    tool: 'sessions_send',
    leave: async ({ turn, fresh }, to) => {
      const sessionKey = fresh();
      await turn([], sessionKey);
      return { calls: [call('sessions_send', { sessionKey, message: order(to), timeoutSeconds: 10 })] };
    },
  },
  {
    tool: 'cron',
    leave: (ways, to) => {
      const name = ways.fresh();
      const job = { name, schedule: AT, payload: { kind: 'agentTurn', message: order(to) } };
      return {
        calls: [call('cron', { action: 'add', job })],
        end: async () => {
          const id = await jobOf(ways, name);
          await ways.bench.client.call('cron.run', { id, mode: 'force' });
          await until('its end', () => existsSync(ways.bench.workspace(to)));
          await ways.bench.client.call('cron.remove', { id });
        },
      };
    },
  },
  into('pdf_generate', (to) => [call('pdf_generate', { content: WORDS, filename: nameOf(to) })], document('pdf')),
  into(
    'ppt_generate',
    (to) => [call('ppt_generate', { title: 'Tea', slides: [{ title: WORDS }], filename: nameOf(to) })],
    document('pptx'),
  ),
  making('tts', { text: WORDS }),
  making('image_generate', { prompt: WORDS }),
];

/** Tools that carry nobody's text on, and why. */
export const NOT_IN_CHAINS: Readonly<Record<string, string>> = {
  agents_list: 'names agents of the configuration, which the owner writes',
  ask_user: 'what is asked stands in this conversation, and what is answered is the owner’s',
  gateway: 'shows settings: each change was agreed to word by word or is on the short list; see config-tool',
  message: 'leaves the gateway; what comes back from a chat is in forwards-and-servers and hostile-chats',
  propose_plan: 'a plan stands in this conversation and nowhere else',
  session_status: 'figures, and names that clients of the owner have given',
  skill_propose: 'nothing of it is read before its owner has agreed; see skill-agreement',
};

/** What a tool takes from one file and another leaves in the next, in one conversation. */
export const inOneConversation = (taker: Taker, leaver: Leaver): Step => ({
  ...way(`${taker.tool}, then ${leaver.tool}`, async (ways, from, to) => {
    const [taken, left] = [await taker.take(ways, from), await leaver.leave(ways, to)];
    const told = await ways.turn([...taken.calls, ...left.calls], taken.sessionKey);
    expect(told[taken.calls.length - 1]).toContain(taker.tells ?? WORDS);
    await left.end?.(told);
    await taken.end?.(told);
  }),
  ...(leaver.to ? { to: leaver.to } : {}),
  ...(leaver.isBinary ? { isBinary: true } : {}),
  ...(taker.isForeign ? { isForeign: true } : {}),
  ...(taker.isShared ? { isShared: true } : {}),
});
