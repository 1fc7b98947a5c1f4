import type { Logger } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import type { BootstrapFacts, ShownFile } from '../../events/bootstrap-files-port';
import type { EventBus } from '../../events/event-bus';
import type { ToolCallFacts, ToolCallWatcher } from '../../events/tool-call-port';
import type { HOOKS_HERE } from '../catalog/brings';
import { type HookEvent, covers, onHookEvent } from '../../automation/hooks/handlers/hook-event';
import type { OpenclawRuntime } from './openclaw-runtime';

/** A turn waits for it. */
const WAITED_MS = 3000;
const TOLD_MS = 10_000;
const MAX_ADDED = 20_000;
/** Hooks of `api.on` that put text before a prompt. */
const PROMPT_HOOKS = ['before_prompt_build', 'before_agent_start'] as const;
const PROMPT_KEYS = ['prependSystemContext', 'prependContext', 'appendSystemContext'] as const;

/** Hooks of `api.on`, by the events of ours that they are told of. */
const TOLD: Readonly<Record<string, (typeof HOOKS_HERE)[number]>> = {
  'gateway:startup': 'gateway_start',
  'session:start': 'session_start',
  'message:received': 'message_received',
  'message:sent': 'message_sent',
  'agent:end': 'agent_end',
  'command:reset': 'before_reset',
};
/** Lets plugins made for OpenClaw take part in what happens. What one of them does wrong changes nothing. */
export class OpenclawHooks implements ToolCallWatcher {
  constructor(
    private readonly plugins: () => readonly OpenclawRuntime[],
    private readonly log: Logger,
  ) {}

  listen(events: EventBus, agentId: () => string): void {
    onHookEvent(events, agentId, (event) => this.tell(event));
  }

  async shown({ agentId, sessionKey }: BootstrapFacts, files: readonly ShownFile[]): Promise<readonly ShownFile[]> {
    const added: ShownFile[] = [];
    for (const hook of PROMPT_HOOKS)
      for (const plugin of this.having(hook)) {
        const about = { agentId, sessionKey };
        const answer = await this.ask(plugin, hook, { prompt: '', messages: [] }, about);
        const texts = PROMPT_KEYS.map((key) => answer?.[key]).filter((text) => typeof text === 'string' && text !== '');
        const text = texts.join('\n\n');
        if (text.length > MAX_ADDED) this.log.warn({ plugin: plugin.id }, `${hook}: it adds too much, and none of it`);
        else if (text !== '') added.push({ name: `plugin ${plugin.id}`, text, origin: 'tool' });
      }
    return [...files, ...added];
  }

  async before(call: ToolCallFacts): Promise<{ params: unknown } | { blocked: string }> {
    let { params } = call;
    for (const plugin of this.having('before_tool_call')) {
      const event = { toolName: call.tool, params, runId: call.runId, toolCallId: call.callId };
      const answer = await this.ask(plugin, 'before_tool_call', event, aboutOf(call));
      if (answer?.['block'] === true)
        return {
          blocked: `plugin ${plugin.id} does not let it: ${String(answer['blockReason'] ?? 'no reason given')}`,
        };
      if (isPlainObject(answer?.['params'])) params = { ...(isPlainObject(params) ? params : {}), ...answer['params'] };
    }
    return { params };
  }

  after(
    call: ToolCallFacts,
    { text, isError, durationMs }: { text: string; isError: boolean; durationMs: number },
  ): void {
    for (const plugin of this.having('after_tool_call')) {
      const event = {
        toolName: call.tool,
        params: call.params,
        runId: call.runId,
        toolCallId: call.callId,
        ...(isError ? { error: text } : { result: { content: [{ type: 'text', text }] } }),
        durationMs: Math.round(durationMs),
      };
      void this.ask(plugin, 'after_tool_call', event, aboutOf(call), TOLD_MS);
    }
  }

  private tell(event: HookEvent): void {
    const { type, action, agentId, sessionKey, context } = event;
    const hook = TOLD[`${type}:${action}`];
    for (const plugin of this.plugins()) {
      if (hook !== undefined && plugin.brings.hooks.includes(hook))
        void this.ask(
          plugin,
          hook,
          { ...context, success: context['outcome'] === 'reply' },
          { agentId, sessionKey },
          TOLD_MS,
        );
      for (const name of plugin.brings.events)
        if (covers([name], event))
          void this.call(plugin, name, { ...event, timestamp: new Date(), messages: [] }, TOLD_MS);
    }
  }

  private having(hook: string): OpenclawRuntime[] {
    return this.plugins().filter(({ brings, runtime }) => brings.hooks.includes(hook) && !runtime.stoppedFor);
  }

  private async ask(
    plugin: OpenclawRuntime,
    hook: string,
    event: object,
    context: object,
    timeoutMs = WAITED_MS,
  ): Promise<Record<string, unknown> | undefined> {
    const answer = await this.call(plugin, hook, { event, context }, timeoutMs);
    return isPlainObject(answer) ? answer : undefined;
  }

  private async call(
    { id, runtime }: OpenclawRuntime,
    name: string,
    input: object,
    timeoutMs: number,
  ): Promise<unknown> {
    try {
      return await runtime.call({ kind: 'hooks', name, input, timeoutMs });
    } catch (error) {
      this.log.warn({ plugin: id }, `its hook ${name} failed: ${messageOf(error)}`);
      return undefined;
    }
  }
}

const aboutOf = ({ agentId, sessionKey, tool, callId, runId }: ToolCallFacts): object => ({
  agentId,
  sessionKey,
  toolName: tool,
  toolCallId: callId,
  runId,
});
