import { Injectable } from '@nestjs/common';
import type { Context, Tracer } from '@opentelemetry/api';
import type { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { appVersion } from '../../common/app-root';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { settlesWithin } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import type { TurnStepTable } from '../../storage/schema';
import { DatabaseService } from '../../storage/database.service';

const DEFAULT_ENDPOINT = 'http://localhost:4318';
const DEFAULT_FLUSH_MS = 5000;
const EXPORT_MS = 10_000;
const STOP_MS = 2000;

type Api = typeof import('@opentelemetry/api');

interface Pipeline {
  api: Api;
  tracer: Tracer;
  provider: BasicTracerProvider;
}

/** What a finished model step left behind, as far as a span tells of it. */
interface ModelFacts {
  provider?: string;
  model?: string;
  finishReason?: string;
  usage?: { input?: number; output?: number };
}

/**
 * Turns as OpenTelemetry traces in the words of the GenAI conventions: `invoke_agent` with a `chat` for each model call
 * and an `execute_tool` for each tool. They are made from the journal once a turn is closed, so a turn has the same trace
 * whether it was cut off or not. No text of a conversation is in them.
 */
@Injectable()
export class TurnSpans {
  private readonly log: Logger;
  private pipeline: Promise<Pipeline> | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly database: DatabaseService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('otel');
  }

  /** Why nothing is exported; undefined when turns are. */
  listen(): string | undefined {
    const otel = this.config.config.diagnostics?.otel;
    if (otel?.enabled !== true) return 'diagnostics.otel.enabled is not true';
    if (otel.protocol === 'grpc') return 'diagnostics.otel.protocol "grpc" is not offered; use "http/protobuf"';
    if (otel.metrics) this.log.warn({}, 'diagnostics.otel.metrics is not offered; figures are at /metrics');
    if (otel.logs) this.log.warn({}, 'diagnostics.otel.logs is not offered; the log is a file');
    if (otel.traces === false) return 'diagnostics.otel.traces is false';
    this.events.on('turn.closed', ({ runId }) => {
      this.record(runId).catch((error: unknown) => this.log.warn({ run: runId }, `no trace: ${messageOf(error)}`));
    });
    return undefined;
  }

  async stop(): Promise<void> {
    const pipeline = await this.pipeline?.catch(() => undefined);
    if (pipeline)
      await settlesWithin(
        pipeline.provider.shutdown().catch(() => undefined),
        STOP_MS,
      );
  }

  private async record(runId: string): Promise<void> {
    const { read } = this.database;
    const turn = await read.selectFrom('turns').selectAll().where('run_id', '=', runId).executeTakeFirst();
    if (!turn || turn.ended_at === null) return;
    const steps = await read.selectFrom('turn_steps').selectAll().where('run_id', '=', runId).orderBy('step').execute();
    this.pipeline ??= this.open();
    const { api, tracer } = await this.pipeline;
    const span = tracer.startSpan(
      `invoke_agent ${turn.agent_id}`,
      {
        kind: api.SpanKind.INTERNAL,
        startTime: turn.started_at,
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.id': turn.agent_id,
          'gen_ai.conversation.id': turn.session_id,
          'openclaw.run.id': runId,
          'openclaw.session.key': turn.session_key,
          'openclaw.turn.outcome': turn.outcome ?? 'unknown',
          'openclaw.turn.attempts': turn.attempt,
        },
      },
      api.ROOT_CONTEXT,
    );
    if (turn.outcome === 'failed') {
      span.setAttribute('error.type', turn.outcome);
      span.setStatus({ code: api.SpanStatusCode.ERROR });
    }
    const inside = api.trace.setSpan(api.ROOT_CONTEXT, span);
    for (const step of steps) this.recordStep(api, tracer, inside, step, turn.ended_at);
    span.end(turn.ended_at);
  }

  private recordStep(api: Api, tracer: Tracer, inside: Context, step: TurnStepTable, endedAt: number): void {
    if (step.kind === 'steer') return;
    const isModel = step.kind === 'model';
    const facts = isModel && step.output !== null ? (JSON.parse(step.output) as ModelFacts) : {};
    const [provider = '', ...rest] = step.name.split('/');
    const span = tracer.startSpan(
      isModel ? `chat ${facts.model ?? rest.join('/')}` : `execute_tool ${step.name}`,
      {
        kind: isModel ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL,
        startTime: step.started_at,
        attributes: isModel
          ? {
              'gen_ai.operation.name': 'chat',
              'gen_ai.provider.name': facts.provider ?? provider,
              'gen_ai.request.model': rest.join('/') || step.name,
              ...(facts.model === undefined ? {} : { 'gen_ai.response.model': facts.model }),
              ...(facts.finishReason === undefined ? {} : { 'gen_ai.response.finish_reasons': [facts.finishReason] }),
              ...(facts.usage?.input === undefined ? {} : { 'gen_ai.usage.input_tokens': facts.usage.input }),
              ...(facts.usage?.output === undefined ? {} : { 'gen_ai.usage.output_tokens': facts.usage.output }),
            }
          : {
              'gen_ai.operation.name': 'execute_tool',
              'gen_ai.tool.name': step.name,
              ...(step.call_id === null ? {} : { 'gen_ai.tool.call.id': step.call_id }),
            },
      },
      inside,
    );
    if (step.finished_at === null) {
      span.setAttribute('error.type', 'interrupted');
      span.setStatus({ code: api.SpanStatusCode.ERROR, message: 'it was cut off' });
    }
    span.end(step.finished_at ?? endedAt);
  }

  private async open(): Promise<Pipeline> {
    const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
    ]);
    const { endpoint, headers, serviceName, sampleRate, flushIntervalMs } = this.config.config.diagnostics?.otel ?? {};
    const exporter = new OTLPTraceExporter({
      url: `${(endpoint ?? DEFAULT_ENDPOINT).replace(/\/+$/, '')}/v1/traces`,
      ...(headers ? { headers } : {}),
      timeoutMillis: EXPORT_MS,
    });
    const provider = new sdk.BasicTracerProvider({
      resource: resourceFromAttributes({
        'service.name': serviceName ?? 'openclaw-nest',
        'service.version': appVersion(),
      }),
      sampler: new sdk.TraceIdRatioBasedSampler(sampleRate ?? 1),
      spanProcessors: [
        new sdk.BatchSpanProcessor(exporter, { scheduledDelayMillis: flushIntervalMs ?? DEFAULT_FLUSH_MS }),
      ],
    });
    return { api, provider, tracer: provider.getTracer('openclaw-nest', appVersion()) };
  }
}
