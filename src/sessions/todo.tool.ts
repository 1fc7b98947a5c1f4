import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';
import { Doc, Int, OneOf, Opt, Text } from '../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../tools/agent-tool';
import type { TodoItem } from './session-entry';
import { SessionStore } from './session.store';
import { Leaves } from '../tools/provenance/sinks';
import { worstOrigin } from '../tools/provenance/taint';

const MAX_ITEMS = 100;
const STATUS = ['open', 'doing', 'done'] as const;
const MARK = { open: '[ ]', doing: '[~]', done: '[x]' } as const;

/** Tasks with their numbers and states, a line each. */
export const todoLines = (todos: readonly TodoItem[]): string[] =>
  todos.map((item) => `${item.id}. ${MARK[item.status]} ${item.text}`);

@Leaves<TodoParams>({ action: 'none', id: 'none', text: 'none', status: 'none' })
export class TodoParams {
  @OneOf(['list', 'add', 'update', 'remove', 'clear']) @Doc('What to do with the list.') action!:
    'list' | 'add' | 'update' | 'remove' | 'clear';
  @Opt() @Int({ min: 1 }) @Doc('update, remove: number of the task.') id?: number;
  @Opt() @Text({ max: 500 }) @Doc('add, update: the task; several lines add several tasks.') text?: string;
  @Opt() @OneOf(STATUS) @Doc('update: state of the task.') status?: (typeof STATUS)[number];
}

@Injectable()
@AgentTool({
  name: 'todo',
  description: 'Your own list of tasks in this conversation. Use it for work of several steps, and keep it true.',
  params: TodoParams,
  idempotent: false,
  whilePlanning: true,
  core: false,
  rare: 'own task list',
  origin: 'assistant',
})
export class TodoTool {
  constructor(private readonly sessions: SessionStore) {}

  async execute(params: TodoParams, context: ToolContext): Promise<ToolResult> {
    let todos: TodoItem[] = [];
    if (params.action === 'list') todos = (await this.sessions.find(context.sessionKey))?.todos ?? [];
    else
      await this.sessions.update(context.sessionKey, (entry) => {
        todos = change(entry.todos ?? [], params, worstOrigin(context.provenance.origins));
        return { ...entry, todos };
      });
    const lines = todoLines(todos);
    const origin = worstOrigin(todos.map((item) => item.origin ?? 'unknown'));
    return textResult(lines.length > 0 ? lines.join('\n') : 'No tasks.', { todos }, origin);
  }
}

/** @param origin whose words a text may repeat that is noted now */
function change(todos: readonly TodoItem[], params: TodoParams, origin: ContentOrigin): TodoItem[] {
  const { action, id, text, status } = params;
  if (action === 'clear') return [];
  if (action === 'add') {
    if (text === undefined) throw new ToolError('invalid_args', 'add needs text');
    const first = Math.max(0, ...todos.map((item) => item.id)) + 1;
    const added = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line, index) => ({ id: first + index, text: line, status: status ?? 'open', origin }));
    if (todos.length + added.length > MAX_ITEMS)
      throw new ToolError('too_large', `the list can hold ${MAX_ITEMS} tasks; remove those that are done`);
    return [...todos, ...added];
  }
  if (id === undefined) throw new ToolError('invalid_args', `${action} needs id`);
  if (!todos.some((item) => item.id === id))
    throw new ToolError('not_found', `there is no task ${id}; action list shows them`);
  if (action === 'remove') return todos.filter((item) => item.id !== id);
  if (text === undefined && status === undefined) throw new ToolError('invalid_args', 'update needs text or status');
  return todos.map((item) =>
    item.id === id ? { ...item, ...(text === undefined ? {} : { text, origin }), ...(status ? { status } : {}) } : item,
  );
}
