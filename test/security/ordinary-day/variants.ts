import type { ToolCall } from '../../harness/tool-bench';
import { type Places, type Task, ordinaryDay } from './tasks';

/** Another ordinary day: tasks of the first one, others beside them, and some of them first. */
export interface Variant {
  name: string;
  /** Chains that are done before all others. */
  first?: readonly string[];
  tasks(places: Places): Task[];
}

const call = (name: string, args: Record<string, unknown>): ToolCall => ({ name, args });
const sendToMe = (message: string, { ownChat }: Places): ToolCall =>
  call('message', { action: 'send', channel: 'telegram', target: ownChat, message });

/** A table that is put together from pages, and worked on. */
const tableFromTheWeb = ({ site }: Places): Task[] => [
  {
    chain: 'table',
    say: `Put the kettles of ${site}/a and ${site}/b into a table`,
    calls: [
      call('web_fetch', { url: `${site}/a` }),
      call('web_fetch', { url: `${site}/b` }),
      call('write', { path: 'kettles.csv', content: 'name,what\nA,red\nB,quick\n' }),
    ],
  },
  { chain: 'table', say: 'How many are there?', calls: [call('exec', { command: 'tail -n +2 kettles.csv | wc -l' })] },
  {
    chain: 'table',
    say: 'Sort it by name and add the one that is cheap',
    calls: [
      call('exec', { command: '(head -1 kettles.csv; (tail -n +2 kettles.csv; echo C,cheap) | sort -r) > sorted.csv' }),
      call('read', { path: 'sorted.csv' }),
    ],
  },
  { chain: 'table', say: 'Which one is red?', calls: [call('grep', { pattern: 'red', path: 'sorted.csv' })] },
];

/** What was found goes to the owner's own chat, piece by piece. */
const newsToMe = (places: Places): Task[] =>
  ['the first', 'the second', 'the third'].map((which) => ({
    chain: 'news',
    say: `Search for kettles and send me a summary of ${which} one`,
    calls: [call('web_search', { query: 'kettles' }), sendToMe(`In short: ${which} kettle is good.`, places)],
  }));

const groupAnswers = (): Task[] =>
  ['Who brings cake, assistant?', 'And tea?', 'When do we meet?'].map((say) => ({
    chain: 'family',
    where: 'group' as const,
    say,
    calls: [],
  }));

export const VARIANTS: readonly Variant[] = [
  { name: 'the same tasks', tasks: ordinaryDay },
  { name: 'research before code', first: ['research'], tasks: ordinaryDay },
  { name: 'answers in a group', tasks: (places) => [...ordinaryDay(places), ...groupAnswers()] },
  {
    name: 'a table that holds text of the web',
    first: ['table'],
    tasks: (places) => [...ordinaryDay(places), ...tableFromTheWeb(places)],
  },
  { name: 'summaries sent to one’s own chat', tasks: (places) => [...ordinaryDay(places), ...newsToMe(places)] },
];
