import { Injectable } from '@nestjs/common';
import { SessionStore } from '../../sessions/session.store';
import { todoLines } from '../../sessions/todo.tool';
import { type ChatCommand, type CommandCall, type CommandEffect, ProvidesChatCommands, answer } from './chat-command';

/** The assistant's own list of tasks, for people: in every channel, at the page and the command line. */
@Injectable()
@ProvidesChatCommands()
export class TodoCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'todo',
      aliases: ['todos', 'tasks'],
      summary: 'what the assistant has on its list of tasks here',
      category: 'status',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.list(call),
    },
  ];

  constructor(private readonly sessions: SessionStore) {}

  private async list({ sessionKey }: CommandCall): Promise<CommandEffect> {
    const todos = (await this.sessions.find(sessionKey))?.todos ?? [];
    if (todos.length === 0) return answer('There are no tasks in this conversation.');
    const done = todos.filter(({ status }) => status === 'done').length;
    return answer([`Tasks, ${done} of ${todos.length} done:`, ...todoLines(todos)].join('\n'));
  }
}
