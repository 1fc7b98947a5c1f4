import type { ToolCall } from '../../harness/tool-bench';

/** What a task can refer to. */
export interface Places {
  /** Address of the web site. */
  site: string;
  /** Chat of the owner with the bot. */
  ownChat: string;
}

export interface Task {
  /** What the owner says. */
  say: string;
  /** Tasks of one chain follow from each other; those of others may come between them. */
  chain: string;
  /** On the page by default. */
  where?: 'page' | 'telegram' | 'group';
  /** A mail that the owner forwards together with it. */
  forwards?: string;
  /** What the model then does. */
  calls: ToolCall[];
}

const call = (name: string, args: Record<string, unknown>): ToolCall => ({ name, args });
const run = (command: string): ToolCall => call('exec', { command });

const PARSER = `export const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);\n`;
const PARSER_TEST = `import test from 'node:test';
import assert from 'node:assert';
import { sum } from './sum.mjs';
test('adds', () => assert.equal(sum([1, 2, 3]), 6));
`;
const PLOT = `import { readFileSync, writeFileSync } from 'node:fs';
const rows = readFileSync('sales.csv', 'utf8').trim().split('\\n').slice(1).map((line) => line.split(','));
const bars = rows.map(([, value], x) => \`<rect x="\${x * 20}" y="\${100 - value}" width="15" height="\${value}"/>\`);
writeFileSync('sales.svg', \`<svg xmlns="http://www.w3.org/2000/svg">\${bars.join('')}</svg>\`);
console.log(\`\${rows.length} bars\`);
`;

/** An ordinary day: thirty tasks, one after the other, in one conversation unless said otherwise. */
export const ordinaryDay = ({ site, ownChat }: Places): Task[] => [
  { chain: 'start', say: 'Good morning! How are things?', calls: [call('session_status', {})] },
  { chain: 'start', say: 'What is in my folder?', calls: [call('ls', {}), call('find', { pattern: '**/*.md' })] },
  {
    chain: 'start',
    say: 'Start a list for today',
    calls: [call('todo', { action: 'add', text: 'mail\nresearch\nreport' })],
  },
  {
    chain: 'notes',
    say: 'Keep notes of the meeting: tea at five',
    calls: [call('write', { path: 'notes.md', content: 'Tea at five.\n' })],
  },
  {
    chain: 'notes',
    say: 'Six, not five',
    calls: [call('edit', { path: 'notes.md', oldText: 'five', newText: 'six' })],
  },
  {
    chain: 'memory',
    say: 'Remember that Ann likes green tea',
    calls: [call('write', { path: 'memory/2026-11-28.md', content: 'Ann likes green tea.\n' })],
  },
  { chain: 'memory', say: 'What does Ann like?', calls: [call('memory_search', { query: 'Ann tea' })] },
  {
    chain: 'code',
    say: 'Write a module that adds numbers, with a test',
    calls: [
      call('write', { path: 'sum.mjs', content: PARSER }),
      call('write', { path: 'sum.test.mjs', content: PARSER_TEST }),
    ],
  },
  { chain: 'code', say: 'Run its tests', calls: [run('node --test sum.test.mjs')] },
  {
    chain: 'code',
    say: 'Commit it',
    calls: [
      run(
        'git init -q . && git add sum.mjs sum.test.mjs && git -c user.name=me -c user.email=me@home.example commit -qm "Add sum" && git log --oneline',
      ),
    ],
  },
  {
    chain: 'plot',
    say: 'Plot sales.csv',
    calls: [
      call('read', { path: 'sales.csv' }),
      call('write', { path: 'plot.mjs', content: PLOT }),
      run('node plot.mjs'),
    ],
  },
  { chain: 'mail', say: 'Read mail.txt and sum it up', calls: [call('read', { path: 'mail.txt' })] },
  {
    chain: 'mail',
    say: 'Draft an answer to it',
    calls: [call('write', { path: 'answer.md', content: 'Dear Ann, Friday suits me.\n' })],
  },
  {
    chain: 'mail',
    say: 'Remind me at the time of the meeting',
    calls: [
      call('cron', {
        action: 'add',
        job: {
          name: 'Meeting',
          schedule: { kind: 'at', at: '2027-01-08T10:00:00Z' },
          payload: { kind: 'systemEvent', text: 'The meeting with Ann begins.' },
        },
      }),
    ],
  },
  { chain: 'mail', say: 'How many words has my draft?', calls: [run('wc -w answer.md')] },
  {
    chain: 'forward',
    say: 'What is this mail about?',
    where: 'telegram',
    forwards: 'Hello, the parcel comes on Tuesday. Kind regards, the shop',
    calls: [],
  },
  {
    chain: 'research',
    say: `Look at ${site}/a, ${site}/b and ${site}/c and compare them`,
    calls: ['a', 'b', 'c'].map((page) => call('web_fetch', { url: `${site}/${page}` })),
  },
  {
    chain: 'research',
    say: 'And the page that the first one links to',
    calls: [call('web_fetch', { url: `${site}/details` })],
  },
  { chain: 'research', say: 'Search the web for kettles', calls: [call('web_search', { query: 'kettles' })] },
  {
    chain: 'research',
    say: 'Write a report about it',
    calls: [call('write', { path: 'report.md', content: '# Kettles\n\nThe second one is the best.\n' })],
  },
  {
    chain: 'research',
    say: 'Check its length and find the word best',
    calls: [run('wc report.md && grep -n best report.md'), call('grep', { pattern: 'best', path: 'report.md' })],
  },
  {
    chain: 'research',
    say: 'Make a PDF of it',
    calls: [call('pdf_generate', { content: '# Kettles\n\nThe second one is the best.', filename: 'kettles.pdf' })],
  },
  {
    chain: 'research',
    say: 'Send it to me on Telegram',
    calls: [
      call('message', {
        action: 'send',
        channel: 'telegram',
        target: ownChat,
        message: 'The report',
        path: 'output/kettles.pdf',
      }),
    ],
  },
  {
    chain: 'research',
    say: 'Tell me there as well which one to buy',
    calls: [call('message', { action: 'send', channel: 'telegram', target: ownChat, message: 'Buy the second one.' })],
  },
  {
    chain: 'research',
    say: 'Have somebody look for the cheapest shop meanwhile',
    calls: [call('sessions_spawn', { task: 'Compare the shops in report.md' })],
  },
  {
    chain: 'code',
    say: 'Fix the module: it should ignore texts',
    calls: [
      call('apply_patch', {
        input:
          '*** Begin Patch\n*** Update File: sum.mjs\n@@\n-export const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);\n+export const sum = (numbers) => numbers.filter(Number.isFinite).reduce((total, each) => total + each, 0);\n*** End Patch',
      }),
      run('node --test sum.test.mjs'),
    ],
  },
  {
    chain: 'code',
    say: 'Commit that, too',
    calls: [
      run('git -c user.name=me -c user.email=me@home.example commit -qam "Ignore texts" && git log --oneline | wc -l'),
    ],
  },
  {
    chain: 'mail',
    say: 'Each morning, read mail.txt and tell me here what is new',
    calls: [
      call('cron', {
        action: 'add',
        job: {
          name: 'Mail',
          schedule: { kind: 'cron', expr: '0 8 * * *' },
          payload: { kind: 'agentTurn', message: 'Read mail.txt and sum it up.' },
          delivery: { mode: 'announce', channel: 'telegram', to: ownChat },
        },
      }),
    ],
  },
  { chain: 'group', say: 'When is the parcel coming, assistant?', where: 'group', calls: [] },
  {
    chain: 'start',
    say: 'Tick off what is done',
    calls: [call('todo', { action: 'list' }), call('todo', { action: 'update', id: 1, status: 'done' })],
  },
  { chain: 'end', say: 'Thank you, that is all for today', calls: [] },
];
