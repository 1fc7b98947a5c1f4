import { Injectable } from '@nestjs/common';
import { EventBus } from '../../events/event-bus';
import { Counter, Histogram, type MetricsPage } from './metrics-page';

const TURN_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const MODEL_SECONDS = [0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160];
const MICROS = 1_000_000;

/** Counts what happens in this gateway from its start on. */
@Injectable()
export class MetricCounters {
  private readonly started = new Map<string, number>();
  private readonly turns = new Counter();
  private readonly turnSeconds = new Histogram(TURN_SECONDS);
  private readonly messages = new Counter();
  private readonly deliveries = new Counter();
  private readonly retries = new Counter();
  private readonly tools = new Counter();
  private readonly logins = new Counter();
  private readonly asked = new Counter();
  private readonly decided = new Counter();
  private readonly jobs = new Counter();
  private readonly modelCalls = new Counter();
  private readonly modelSeconds = new Histogram(MODEL_SECONDS);
  private readonly tokens = new Counter();
  private readonly cost = new Counter();

  constructor(private readonly events: EventBus) {}

  listen(): void {
    this.listenToTurns();
    this.listenToModels();
    const { events } = this;
    events.on('message.judged', ({ channel, account, verdict }) => this.messages.add({ channel, account, verdict }));
    events.on('delivery.told', ({ channel, account, outcome }) =>
      outcome === 'retry' ? this.retries.add({ channel, account }) : this.deliveries.add({ channel, account, outcome }),
    );
    events.on('tool.ended', ({ tool, isError }) => this.tools.add({ tool, outcome: isError ? 'error' : 'ok' }));
    events.on('login.judged', ({ via, isAdmitted }) =>
      this.logins.add({ via, outcome: isAdmitted ? 'accepted' : 'refused' }),
    );
    this.asked.add({}, 0);
    events.on('approval.asked', ({ ids }) => this.asked.add({}, ids.length));
    events.on('approval.decided', ({ decision, ids }) => this.decided.add({ decision }, ids.length));
    events.on('wire.event', ({ event, payload }) => {
      const { action, status } = payload as { action?: unknown; status?: unknown };
      if (event === 'cron' && action === 'finished') this.jobs.add({ outcome: String(status) });
    });
  }

  addTo(page: MetricsPage): void {
    page.counter('openclaw_turns_total', 'Turns that have ended, by outcome.', this.turns.samples);
    page.histogram('openclaw_turn_duration_seconds', 'From the start of a turn to its end.', this.turnSeconds);
    page.counter(
      'openclaw_channel_messages_total',
      'Messages from chat platforms: accepted, dropped, or duplicate.',
      this.messages.samples,
    );
    page.counter(
      'openclaw_deliveries_total',
      'Messages to chat platforms that have an end: sent, failed, or uncertain.',
      this.deliveries.samples,
    );
    page.counter('openclaw_delivery_retries_total', 'Attempts that failed and are repeated.', this.retries.samples);
    page.counter('openclaw_tool_calls_total', 'Calls of tools, by outcome.', this.tools.samples);
    page.counter('openclaw_logins_total', 'Logins by WebSocket and HTTP, by outcome.', this.logins.samples);
    page.counter('openclaw_approvals_requested_total', 'Calls that waited for an approval.', this.asked.samples);
    page.counter('openclaw_approvals_decided_total', 'Approvals by decision, timeout included.', this.decided.samples);
    page.counter('openclaw_job_runs_total', 'Runs of scheduled jobs, by outcome.', this.jobs.samples);
    page.counter(
      'openclaw_model_calls_total',
      'Requests to language models: ok, aborted, or the kind of the failure.',
      this.modelCalls.samples,
    );
    page.histogram(
      'openclaw_model_call_duration_seconds',
      'From a request to a language model to the end of its answer.',
      this.modelSeconds,
      true,
    );
    page.counter('openclaw_model_tokens_total', 'Tokens by type.', this.tokens.samples);
    page.counter('openclaw_model_cost_usd_total', 'Cost in US dollars, where the price is known.', this.cost.samples);
  }

  private listenToTurns(): void {
    this.events.on('turn.started', ({ runId }) => void this.started.set(runId, performance.now()));
    this.events.on('turn.closed', ({ runId, outcome }) => {
      this.turns.add({ outcome });
      const since = this.started.get(runId);
      this.started.delete(runId);
      if (since !== undefined) this.turnSeconds.observe({}, (performance.now() - since) / 1000);
    });
  }

  private listenToModels(): void {
    this.events.on('model.called', ({ provider, model, outcome, seconds }) => {
      this.modelCalls.add({ provider, model, outcome });
      this.modelSeconds.observe({ provider, model }, seconds);
    });
    this.events.on('model.used', ({ provider, model, tokens, costMicros }) => {
      const types = { input: 'input', output: 'output', cacheRead: 'cache_read', cacheWrite: 'cache_write' } as const;
      for (const name of ['input', 'output', 'cacheRead', 'cacheWrite'] as const)
        this.tokens.add({ provider, model, type: types[name] }, tokens[name]);
      this.cost.add({ provider, model }, costMicros / MICROS);
    });
  }
}
