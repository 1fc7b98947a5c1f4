import { stat } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { appVersion } from '../../common/app-root';
import { jsonSchemaOf } from '../../common/validation/json-schema';
import { ConfigService } from '../../config/config.service';
import { ConnectionRegistry } from '../../gateway/connection/connection-registry';
import { RpcRegistry } from '../../gateway/connection/rpc-registry';
import { PinoLoggerFactory } from '../../logging/pino-logger-factory';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { DatabaseService } from '../../storage/database.service';
import { MemoryReader, ProcessWatch } from './process-watch.service';
import type { MethodFacts, SystemFacts } from './system-facts';

/** SQLite keeps what was written last beside the file. */
const PARTS = ['', '-wal'];

@Injectable()
export class SystemRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly database: DatabaseService,
    private readonly connections: ConnectionRegistry,
    private readonly registry: RpcRegistry,
    private readonly watch: ProcessWatch,
    private readonly loggers: PinoLoggerFactory,
  ) {}

  @RpcMethod({
    name: 'system.facts',
    scope: 'operator.read',
    params: NoParams,
    unlisted: true,
    summary: 'The process from the inside: version, time, memory, database, sockets, what waits.',
  })
  async facts(): Promise<SystemFacts> {
    const { rss, limit, heapUsed } = new MemoryReader().read();
    const [bytes, waiting] = await Promise.all([this.databaseBytes(), this.waiting()]);
    const open = [...this.connections.all()];
    return {
      version: appVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      pid: process.pid,
      uptimeMs: Math.round(process.uptime() * 1000),
      stateDir: this.config.stateDir,
      logFile: this.loggers.logFile,
      memory: { rss, heapUsed, ...(limit === undefined ? {} : { limit }) },
      loopDelayMs: this.watch.loopDelayMs,
      database: {
        dialect: this.database.dialect,
        location: this.database.location,
        ...(bytes === undefined ? {} : { bytes }),
      },
      sockets: { open: open.length, waitingBytes: open.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0) },
      waiting,
    };
  }

  @RpcMethod({
    name: 'system.methods',
    scope: 'operator.read',
    params: NoParams,
    unlisted: true,
    summary: 'Every method with its scope, what it does, and the schema of its parameters.',
  })
  methods(): { methods: MethodFacts[] } {
    const methods = [...this.registry.all()].map(({ declaration, params }): MethodFacts => ({
      name: declaration.name,
      scope: declaration.scopeV4 ?? declaration.scope,
      summary: declaration.summary,
      ...(params === undefined || params === NoParams ? {} : { params: jsonSchemaOf(params) }),
    }));
    return { methods: methods.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  private async databaseBytes(): Promise<number | undefined> {
    if (this.database.dialect === 'postgres') {
      const { rows } = await sql<{ bytes: string }>`select pg_database_size(current_database()) as bytes`.execute(
        this.database.read,
      );
      return rows[0] && Number(rows[0].bytes);
    }
    const sizes = await Promise.all(
      PARTS.map((part) =>
        stat(`${this.database.location}${part}`).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  private async waiting(): Promise<SystemFacts['waiting']> {
    const { read } = this.database;
    const [messages, deliveries] = await Promise.all([
      read
        .selectFrom('inbox')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('state', 'in', ['pending', 'command'])
        .executeTakeFirstOrThrow(),
      read
        .selectFrom('outbox')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('state', 'in', ['pending', 'sending', 'unknown'])
        .executeTakeFirstOrThrow(),
    ]);
    return { messages: Number(messages.count), deliveries: Number(deliveries.count) };
  }
}
