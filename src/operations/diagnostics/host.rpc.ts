import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { arch, cpus, freemem, hostname, loadavg, platform, release, totalmem } from 'node:os';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { LaneService } from '../../agent/turns/lane.service';
import { agentEntries } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { EventLoopLoad } from '../../events/event-loop-load';
import { ListeningState } from '../../gateway/http/listening-state';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { DatabaseService } from '../../storage/database.service';
import { ProcessRegistry } from '../../tools/processes/process-registry.service';
import { StabilityParams } from './diagnostics.dto';
import { processMemory } from './process-memory';
import { ProcessWatch, type StabilityRecord } from './process-watch.service';

interface Blocker {
  kind: string;
  count: number;
  message: string;
}

/** This start of the gateway. */
const INSTANCE = randomUUID();

/** The machine and the process, in the forms that OpenClaw has for them. */
@Injectable()
export class HostRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly lanes: LaneService,
    private readonly listening: ListeningState,
    private readonly watch: ProcessWatch,
    private readonly load: EventLoopLoad,
    private readonly processes: ProcessRegistry,
    private readonly database: DatabaseService,
  ) {}

  @RpcMethod({
    name: 'system.info',
    scope: 'operator.read',
    params: NoParams,
    summary: 'The machine that the gateway runs on: system, processors, memory, disk. Sizes in bytes.',
  })
  async info(): Promise<unknown> {
    const { stateDir } = this.config;
    const disk = await statfs(stateDir).catch(() => undefined);
    const diskTotalBytes = disk && disk.blocks * disk.bsize;
    const diskAvailableBytes = disk && disk.bavail * disk.bsize;
    return {
      machineName: hostname(),
      hostname: hostname(),
      platform: platform(),
      release: release(),
      arch: arch(),
      osLabel: `${platform() === 'darwin' ? 'macOS' : platform() === 'win32' ? 'Windows' : 'Linux'} ${release()}`,
      port: this.listening.gatewayPort,
      nodeVersion: process.version,
      pid: process.pid,
      processInstanceId: INSTANCE,
      uptimeMs: Math.round(process.uptime() * 1000),
      cpuCount: cpus().length,
      ...(cpus()[0] ? { cpuModel: cpus()[0]?.model } : {}),
      loadAverage: loadavg(),
      memoryTotalBytes: totalmem(),
      memoryFreeBytes: freemem(),
      eventLoop: this.load.facts(),
      processMemory: processMemory(),
      ...(disk
        ? {
            disks: [{ path: stateDir, totalBytes: diskTotalBytes, availableBytes: diskAvailableBytes }],
            diskTotalBytes,
            diskAvailableBytes,
            diskPath: stateDir,
          }
        : {}),
    };
  }

  @RpcMethod({
    name: 'diagnostics.lanes',
    scope: 'operator.read',
    params: NoParams,
    summary: 'How many turns run and wait: all together, and in how many conversations.',
  })
  laneCounts(): unknown {
    const { active, waiting } = this.lanes.counts();
    const laneCount = active + waiting;
    const lane = { lane: 'main', maxConcurrent: this.lanes.concurrency, activeCount: active, queuedCount: waiting };
    const dynamic = { laneCount, activeCount: active, queuedCount: waiting, queuedLaneCount: waiting };
    return { ts: Date.now(), lanes: [lane], dynamic: laneCount > 0 ? dynamic : null };
  }

  @RpcMethod({
    name: 'diagnostics.stability',
    scope: 'operator.read',
    params: StabilityParams,
    summary: 'How long things waited for the event loop and how much memory there was, minute by minute.',
  })
  stability({ limit, type, sinceSeq = 0 }: StabilityParams): unknown {
    const { records, dropped, capacity } = this.watch.history();
    const filtered = records.filter((record) => record.seq > sinceSeq && (type === undefined || record.type === type));
    const events = filtered.slice(-(limit ?? capacity));
    return {
      generatedAt: new Date().toISOString(),
      capacity,
      count: filtered.length,
      dropped,
      ...(filtered[0] ? { firstSeq: filtered[0].seq, lastSeq: filtered.at(-1)?.seq } : {}),
      events,
      summary: summaryOf(filtered),
    };
  }

  @RpcMethod({
    name: 'gateway.restart.preflight',
    scope: 'operator.read',
    params: NoParams,
    summary: 'What a restart would interrupt. Turns go on afterwards; commands in the background end.',
  })
  async preflight(): Promise<unknown> {
    const { active } = this.lanes.counts();
    const background = agentEntries(this.config.config)
      .flatMap(({ id }) => this.processes.list(id))
      .filter(({ running }) => running.end === undefined).length;
    const { read } = this.database;
    const count = sql<number>`count(*)`;
    const [inbox, outbox, jobs] = await Promise.all([
      read.selectFrom('inbox').select(count.as('n')).where('state', 'in', ['pending', 'command']).executeTakeFirst(),
      read.selectFrom('outbox').select(count.as('n')).where('state', 'in', ['pending', 'sending']).executeTakeFirst(),
      read.selectFrom('cron_runs').select(count.as('n')).where('state', '=', 'running').executeTakeFirst(),
    ]);
    const counts = {
      queueSize: Number(inbox?.n ?? 0),
      pendingReplies: Number(outbox?.n ?? 0),
      embeddedRuns: active,
      cronRuns: Number(jobs?.n ?? 0),
      backgroundExecSessions: background,
      rootRequests: 0,
      activeTasks: 0,
    };
    const totalActive = Object.values(counts).reduce((sum, each) => sum + each, 0);
    const blockers: Blocker[] = [
      ...(active > 0
        ? [{ kind: 'embedded-run', count: active, message: `${active} turns run; they go on afterwards` }]
        : []),
      ...(background > 0
        ? [
            {
              kind: 'background-exec',
              count: background,
              message: `${background} commands run in the background; they end`,
            },
          ]
        : []),
    ];
    const summary =
      blockers.length === 0
        ? 'safe to restart now'
        : `a restart interrupts: ${blockers.map(({ message }) => message).join('; ')}`;
    return { safe: blockers.length === 0, counts: { ...counts, totalActive }, blockers, summary };
  }
}

function summaryOf(records: readonly StabilityRecord[]): unknown {
  const byType: Record<string, number> = {};
  for (const { type } of records) byType[type] = (byType[type] ?? 0) + 1;
  return { byType };
}
