import { join } from 'node:path';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, type GatewayProcessOptions } from './gateway-process';
import { WireClient } from './wire-client';

/** Less than the patience of the client. */
const WAIT_MS = 50_000;

export interface ToolCall {
  name: string;
  args: unknown;
}

/** A gateway whose model calls exactly the tools a test wants, one after the other, through full turns. */
export class ToolBench {
  /** Answers of turns other than the scripted one: sub-agents, other conversations, steered messages. */
  others: (request: ModelRequest) => ModelAnswer = () => ({ steps: [{ text: 'done' }] });
  private runs = 0;

  private constructor(
    readonly models: FakeModels,
    public gateway: GatewayProcess,
    public client: WireClient,
    private readonly env: GatewayProcessOptions['env'],
  ) {}

  static async start(options: GatewayProcessOptions = {}, model: Record<string, unknown> = {}): Promise<ToolBench> {
    const models = await FakeModels.start();
    const {
      agents,
      models: more,
      ...config
    } = (options.config ?? {}) as {
      agents?: { defaults?: object; list?: unknown };
      models?: { providers?: object };
    };
    const gateway = await GatewayProcess.start({
      ...options,
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1', model), ...more?.providers } },
        ...config,
        agents: { ...agents, defaults: { model: { primary: 'fake/fake-1' }, ...agents?.defaults } },
      },
    });
    return new ToolBench(models, gateway, await WireClient.connected(gateway.url), options.env);
  }

  /** Ends the gateway in good order and starts it on the same state. */
  async restart(): Promise<void> {
    this.client.close();
    await this.gateway.close();
    const { stateDir, port } = this.gateway;
    this.gateway = await GatewayProcess.start({ stateDir, port, ...(this.env ? { env: this.env } : {}) });
    this.client = await WireClient.connected(this.gateway.url);
  }

  workspace(...path: string[]): string {
    return join(this.gateway.stateDir, 'workspace', ...path);
  }

  /** Has the model make one call; returns what it was told. */
  async call(name: string, args: unknown, sessionKey?: string): Promise<string> {
    const [told = ''] = await this.turn([{ name, args }], sessionKey ? { sessionKey } : {});
    return told;
  }

  /**
   * Has the model make several calls in one turn; returns what it was told about each.
   * @param options.inOneStep all calls in one answer of the model, instead of one after the other
   * @param options.says what it says at the end
   */
  async turn(
    calls: readonly ToolCall[],
    options: {
      sessionKey?: string;
      message?: string;
      meanwhile?: () => Promise<void>;
      inOneStep?: boolean;
      says?: string;
    } = {},
  ): Promise<string[]> {
    const message = options.message ?? `go ${++this.runs}`;
    const told: string[] = [];
    this.models.answer = (request): ModelAnswer => {
      if (request.lastUser !== message) return this.others(request);
      if (request.toolResults > 0) told.splice(0, told.length, ...resultsOf(request.body).slice(-request.toolResults));
      const next = calls.slice(request.toolResults, options.inOneStep ? undefined : request.toolResults + 1);
      return { steps: next.length > 0 ? next.map((tool) => ({ tool })) : [{ text: options.says ?? 'done' }] };
    };
    const runId = `bench-${++this.runs}`;
    const sessionKey = options.sessionKey ?? `bench-${this.runs}`;
    const sent = await this.client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
    if (sent.error) throw new Error(sent.error.message);
    await options.meanwhile?.();
    const { payload } = await this.client.call('agent.wait', { runId, timeoutMs: WAIT_MS });
    if (payload?.['status'] === 'timeout')
      throw new Error(`${await this.whereIs(runId)}\n${this.gateway.log.slice(-2000)}`);
    return told;
  }

  /** What a turn that does not end has done, and what of it waits. */
  private async whereIs(runId: string): Promise<string> {
    const { payload, error } = await this.client.call('system.trace', { id: runId });
    return `${runId} has not ended: ${JSON.stringify(payload ?? error)}`;
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.gateway.stop();
    await this.models.stop();
  }
}

function resultsOf(body: Record<string, unknown>): string[] {
  const messages = (body['messages'] ?? []) as { role: string; content: unknown }[];
  return messages
    .filter((message) => message.role === 'tool')
    .map((message) => (typeof message.content === 'string' ? message.content : JSON.stringify(message.content)));
}
