import { SilentLoggerFactory } from '../../src/common/logger';
import { EventBus } from '../../src/events/event-bus';
import type { OutboundPort } from '../../src/events/outbound-port';
import type { InboundMessage } from '../../src/inbox/inbound-message';
import { InboxStore } from '../../src/inbox/inbox.store';
import { AskUserTool } from '../../src/agent/turns/ask-user.tool';
import { AskedQuestions } from '../../src/agent/turns/asked-questions.service';
import type { ToolContext } from '../../src/tools/agent-tool';
import { TestDatabase } from '../harness/stores';

describe('a question in the middle of a turn', () => {
  let home: TestDatabase;
  afterEach(() => home.remove());

  it.each(['carried out', 'taken back'])('hears an answer that came behind a command when that is %s', async (end) => {
    home = await TestDatabase.create('sqlite');
    const database = await home.open();
    const inbox = new InboxStore(database);
    const events = new EventBus(new SilentLoggerFactory());
    const sessionKey = 'agent:main:main';
    const accept = (externalId: string, more: Partial<InboundMessage> = {}): Promise<string> =>
      database.write('test', async (transaction) => {
        const message: InboundMessage = { text: externalId, isOwner: true, origin: 'owner', ...more };
        const row = { channel: 'webchat', account: 'default', externalId, sessionKey, message };
        return (await inbox.insertIn(transaction, row)).row.id;
      });
    const command = await accept('/status', { command: { name: 'status', args: '' } as never });
    await accept('the answer');
    const tool = new AskUserTool(inbox, {} as OutboundPort, database, events, new AskedQuestions(events));
    const asks = jest.spyOn(inbox, 'ready');
    const context = {
      runId: 'r',
      callId: 'c',
      sessionKey,
      isOwner: true,
      origin: { channel: 'webchat', account: 'default' },
      subject: {},
      signal: new AbortController().signal,
      update: () => undefined,
    } as unknown as ToolContext;
    const answered = tool.execute({ question: 'Which?' }, context);
    while (asks.mock.results.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(asks.mock.results.map(({ value }) => value as Promise<unknown>));
    await inbox.drop([command], 'gone');
    if (end === 'carried out') events.emit('command.closed', { runId: 'x', sessionKey });
    else events.emit('turn.closed', { runId: 'x', runIds: ['x'], sessionKey, outcome: 'dropped' });
    expect(JSON.stringify(await answered)).toContain('The answer follows');
  });
});
