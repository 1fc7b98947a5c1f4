/** What the terminal does itself; any other command is the gateway's. */
export const LOCAL_COMMANDS = [
  ['/sessions', 'conversations: go to one, or begin another'],
  ['/session <key>', 'go on in a conversation, or begin it'],
  ['/new-session', 'begin a conversation'],
  ['/model', 'choose the model of this conversation'],
  ['/dashboard', 'state, usage and jobs of the gateway'],
  ['/tools', 'open or close the cards of tools'],
  ['/approve <id> <decision>', 'answer a question by its id'],
  ['/keys', 'keys and commands'],
  ['/exit', 'leave'],
] as const satisfies readonly (readonly [form: string, what: string])[];

export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['Enter', 'send'],
  ['Alt-Enter, Ctrl-J', 'another line'],
  ['Esc, Ctrl-C', 'stop the answer'],
  ['Ctrl-C twice, Ctrl-D', 'leave'],
  ['Tab', 'answer a question of the assistant; complete a command'],
  ['Up, Down', 'what you have said before'],
  ['Page Up, Page Down', 'read further up and down; Ctrl-End back to the newest'],
  ['Ctrl-O', 'conversations'],
  ['Ctrl-N', 'another conversation'],
  ['Ctrl-P', 'model'],
  ['Ctrl-G', 'dashboard'],
  ['Ctrl-T', 'open or close the cards of tools'],
  ['Ctrl-L', 'draw everything again'],
];

export type LocalCommand =
  | { name: 'sessions' | 'new-session' | 'model' | 'dashboard' | 'tools' | 'keys' | 'exit' }
  | { name: 'session'; key: string }
  | { name: 'approve'; text: string }
  | { name: 'wrong'; why: string };

/** Reads a line as one of these commands; undefined where the gateway is to have it. */
export function readLocalCommand(line: string): LocalCommand | undefined {
  const [word = '', ...more] = line.trim().split(/\s+/);
  const rest = more.join(' ');
  switch (word) {
    case '/sessions':
    case '/new-session':
    case '/dashboard':
    case '/tools':
    case '/keys':
      return { name: word.replace('/', '') as 'sessions' };
    // With a name it is the gateway's own command.
    case '/model':
    case '/models':
      return rest === '' ? { name: 'model' } : undefined;
    case '/session':
      return rest === '' ? { name: 'wrong', why: 'which one? /sessions lists them' } : { name: 'session', key: rest };
    case '/approve':
      return { name: 'approve', text: rest };
    case '/exit':
    case '/quit':
    case '/bye':
      return { name: 'exit' };
    default:
      return undefined;
  }
}

/** Commands that begin like what was typed, to go on with by Tab. */
export function completed(typed: string, names: readonly string[]): { text: string; others: readonly string[] } {
  const fitting = names.filter((name) => name.startsWith(typed));
  const [first = typed, ...others] = fitting;
  if (others.length === 0) return { text: fitting.length === 1 ? `${first} ` : typed, others: [] };
  let shared = first;
  while (!others.every((name) => name.startsWith(shared))) shared = shared.slice(0, -1);
  return { text: shared, others: fitting };
}
