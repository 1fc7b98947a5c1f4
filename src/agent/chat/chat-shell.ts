import { printNote, printTable, timeText } from '../../common/cli/output';
import { printMarkdown } from '../../common/cli/print-markdown';
import { UsageError } from '../../common/cli/cli-error';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { type ShownMessage, textOfMessage } from '../sessions/shown-message';

interface SessionRow {
  key: string;
  label?: string | null;
  updatedAt?: number | null;
}

const DEFAULT_HISTORY = 10;
const MOST_HISTORY = 200;
const LISTED = 20;

const COMMANDS: readonly [form: string, what: string][] = [
  ['/history [n]', `the last messages of this conversation, ${DEFAULT_HISTORY} by default`],
  ['/sessions', 'conversations, the newest first'],
  ['/session <key>', 'go on in another conversation'],
  ['/approve <id> <decision>', 'answer a question of the assistant'],
  ['/exit', 'leave'],
];

/** What `openclaw chat` does by itself: it looks at conversations and goes from one to another. */
export class ChatShell {
  constructor(
    private readonly client: GatewayClient,
    /** The conversation that is held now. */
    public sessionKey: string,
    private readonly agentId: string | undefined,
  ) {}

  /** Whether a line was one of these commands; it is done then. @throws OpenclawError */
  async handle(line: string): Promise<boolean> {
    const [name = '', ...words] = line.split(/\s+/);
    switch (name) {
      case '/history':
        await this.history(words[0]);
        return true;
      case '/sessions':
        await this.sessions();
        return true;
      case '/session':
        await this.go(words[0]);
        return true;
      case '/help':
        printTable(COMMANDS, [
          { title: 'Here', value: ([form]) => form },
          { title: 'What it does', value: ([, what]) => what },
        ]);
        // The gateway has commands of its own, and lists them.
        return false;
      default:
        return false;
    }
  }

  /** How the gateway is told which conversation is meant. */
  get place(): { sessionKey: string; agentId?: string } {
    const { sessionKey, agentId } = this;
    return { sessionKey, ...(agentId === undefined || sessionKey.startsWith('agent:') ? {} : { agentId }) };
  }

  /** What this person has said here, the newest first. @throws OpenclawError */
  async saidBefore(): Promise<string[]> {
    const messages = await this.read(MOST_HISTORY);
    const texts = messages.filter(({ role }) => role === 'user').map(textOfMessage);
    return texts.reverse().filter((text) => text !== '' && !text.includes('\n'));
  }

  private async read(limit: number): Promise<ShownMessage[]> {
    const params = { ...this.place, limit };
    return (await this.client.call<{ messages: ShownMessage[] }>('chat.history', params)).messages;
  }

  private async history(count: string | undefined): Promise<void> {
    const limit = count === undefined ? DEFAULT_HISTORY : Number(count);
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_HISTORY)
      throw new UsageError(`/history takes a number from 1 to ${MOST_HISTORY}, got "${count ?? ''}"`);
    const said = (await this.read(limit)).filter(({ role }) => role === 'user' || role === 'assistant');
    if (said.length === 0) printNote('nothing was said yet');
    for (const message of said) {
      const { role, timestamp } = message;
      printNote(`${role}${timestamp === undefined ? '' : `, ${timeText(timestamp)}`}`);
      printMarkdown(textOfMessage(message));
    }
  }

  private async sessions(): Promise<void> {
    const { sessions } = await this.client.call<{ sessions: SessionRow[] }>('sessions.list', {
      limit: LISTED,
      ...(this.agentId ? { agentId: this.agentId } : {}),
    });
    printTable(sessions, [
      { title: 'Session', value: ({ key }) => key },
      { title: 'Name', value: ({ label }) => label ?? '' },
      { title: 'Last used', value: ({ updatedAt }) => (updatedAt ? timeText(updatedAt) : '') },
    ]);
  }

  private async go(key: string | undefined): Promise<void> {
    if (key === undefined) throw new UsageError('which one? /sessions lists them');
    this.sessionKey = key;
    printNote(`this is ${key} now`);
    await this.history(undefined);
  }
}
