import { EventBus } from '../../events/event-bus';
import type { ConnectedNode } from '../../events/event-map';
import { Injectable } from '@nestjs/common';
import { JsonTooDeepError, parseUntrustedJson } from '../../common/json';
import { type Logger, LoggerFactory } from '../../common/logger';
import { isPlainObject } from '../../common/plain-object';
import { Redactor } from '../../common/redactor';
import { describeDtoProblems, findDtoProblems } from '../../common/validation/validate-dto';
import type { RpcCaller, RpcContext } from '../../rpc/rpc-context';
import type { AdmittedNode } from '../devices/node-pairing.service';
import { ReadinessService } from '../readiness.service';
import { CloseCode } from '../protocol/close-codes';
import { ConnectParams } from '../protocol/connect.dto';
import { parseRequestFrame } from '../protocol/frames';
import { MAX_PAYLOAD } from '../protocol/limits';
import type { Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { Dispatcher } from './dispatcher';
import { HandshakeService } from './handshake.service';
import { HelloService } from './hello.service';
import { PresenceService } from './presence.service';
import { ResumeService } from './resume.service';
import { type JsonRpcId, JsonRpcService, SECOND_CONNECT, jsonRpcError, readJsonRpc } from './jsonrpc.service';
import { type OutgoingError, type WireDialect, answer, jsonRpcDialect, openclawDialect } from './wire-dialect';
import { RpcCode, invalidFrame, invalidParams, toWireError } from './wire-error';

const notReady = (reason: 'startup' | 'shutdown'): OutgoingError => ({
  code: 'UNAVAILABLE',
  message: reason === 'startup' ? 'gateway starting; retry shortly' : 'the gateway is shutting down',
  retryable: true,
  retryAfterMs: 500,
  details: { reason },
  rpcCode: RpcCode.unavailable,
});
const CONNECT_FIRST = 'invalid handshake: first request must be connect';

/** Takes the frames of one client through dialect, handshake and dispatch, and answers each in kind. */
@Injectable()
export class FrameRouter {
  private readonly log: Logger;

  constructor(
    private readonly handshakes: HandshakeService,
    private readonly hello: HelloService,
    private readonly dispatcher: Dispatcher,
    private readonly jsonRpc: JsonRpcService,
    private readonly presence: PresenceService,
    private readonly connections: ConnectionRegistry,
    private readonly readiness: ReadinessService,
    private readonly resumes: ResumeService,
    private readonly redactor: Redactor,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('gateway/ws');
  }

  receive(connection: Connection, data: Buffer): void {
    const text = data.toString('utf8');
    let value: unknown;
    try {
      value = parseUntrustedJson(text);
    } catch (error) {
      this.receiveNoJson(connection, error instanceof JsonTooDeepError);
      return;
    }
    if (connection.caller) this.receiveOpen(connection, value);
    else this.receiveFirst(connection, value);
  }

  private receiveNoJson(connection: Connection, tooDeep: boolean): void {
    if (!connection.caller) {
      connection.close(CloseCode.normal);
      return;
    }
    if (connection.dialect === jsonRpcDialect) {
      const message = tooDeep ? 'Invalid Request: nested too deeply' : 'Parse error';
      connection.send(jsonRpcError(null, tooDeep ? RpcCode.invalidRequest : RpcCode.parseError, message));
    } else {
      this.log.debug({ connection: connection.id }, 'ignored text that is not JSON');
    }
  }

  // ---- before the handshake

  private receiveFirst(connection: Connection, value: unknown): void {
    if (connection.connecting) {
      connection.close(CloseCode.policy, CONNECT_FIRST);
      return;
    }
    if (isJsonRpc(value)) {
      this.receiveFirstJsonRpc(connection, value);
      return;
    }
    const parsed = parseRequestFrame(value);
    if (!parsed.ok) {
      connection.close(CloseCode.policy, 'invalid request frame');
      return;
    }
    const { id, method, params } = parsed.frame;
    connection.dialect = openclawDialect;
    if (method !== 'connect') {
      this.refuse(connection, id, { code: 'INVALID_REQUEST', message: CONNECT_FIRST, rpcCode: RpcCode.unauthorized });
      return;
    }
    this.connect(connection, id, params, openclawDialect);
  }

  private receiveFirstJsonRpc(connection: Connection, value: unknown): void {
    connection.dialect = jsonRpcDialect;
    const call = Array.isArray(value) ? undefined : readJsonRpc(value);
    if (call && 'request' in call && call.request.method === 'connect' && call.request.id !== undefined) {
      this.connect(connection, call.request.id, withClientDefaults(call.request.params), jsonRpcDialect);
      return;
    }
    const id = call && 'request' in call ? (call.request.id ?? null) : null;
    this.refuse(connection, id, {
      code: 'NOT_PAIRED',
      message: `unauthorized: ${CONNECT_FIRST}`,
      rpcCode: RpcCode.unauthorized,
    });
  }

  private connect(connection: Connection, id: JsonRpcId, params: unknown, dialect: WireDialect): void {
    const problems = findDtoProblems(ConnectParams, params ?? {});
    if (problems.length > 0) {
      this.refuse(connection, id, invalidParams('connect', describeDtoProblems(problems)));
      return;
    }
    if (!this.readiness.isReady) {
      this.refuse(connection, id, notReady(this.readiness.isDraining ? 'shutdown' : 'startup'), CloseCode.tryLater);
      return;
    }
    connection.connecting = true;
    const connectParams = params as ConnectParams;
    this.handshakes
      .judge({ params: connectParams, dialect: dialect.name, nonce: connection.nonce, address: connection.address })
      .then((verdict) => {
        connection.connecting = false;
        if (!connection.isOpen) return;
        this.events.emit('login.judged', { via: 'websocket', isAdmitted: !('error' in verdict) });
        if ('error' in verdict) {
          const { address } = connection.address;
          const facts = { via: 'websocket', address, client: connectParams.client.id, reason: verdict.error.message };
          this.log.warn(facts, 'refused a login');
          this.refuse(connection, id, verdict.error, verdict.closeCode, verdict.closeText);
          return;
        }
        const admitted: RpcCaller = {
          connectionId: connection.id,
          protocol: verdict.protocol,
          dialect: dialect.name,
          role: verdict.role,
          scopes: new Set(verdict.scopes),
          clientId: connectParams.client.id,
          clientMode: connectParams.client.mode,
          ...(connectParams.client.displayName ? { displayName: connectParams.client.displayName } : {}),
          ...(verdict.deviceId ? { deviceId: verdict.deviceId } : {}),
          capabilities: new Set(connectParams.caps ?? []),
          remoteAddress: connection.address.address,
          follows: new Set(),
          watchesSessions: false,
        };
        const resumption = this.resumes.begin(connection, admitted, connectParams.resume);
        const caller = resumption?.caller ?? admitted;
        const present = this.presence.connected(connectParams.client, caller);
        const hello = this.hello.build(connection.id, verdict, resumption?.hello);
        connection.caller = caller;
        connection.onClosed = () => {
          if (present !== undefined) this.presence.disconnected(present);
          if (caller.role === 'node' && caller.deviceId)
            this.events.emit('node.gone', { connectionId: connection.id, nodeId: caller.deviceId });
        };
        connection.allowFrames(MAX_PAYLOAD);
        this.connections.admitted(connection);
        connection.send(dialect.result(id, hello));
        if (resumption) connection.sendMissed(resumption.missed, resumption.hello.seq);
        if (caller.role === 'node' && caller.deviceId)
          this.events.emit('node.connected', introduction(connectParams, caller, caller.deviceId, verdict.node));
        this.log.debug(
          { connection: connection.id, client: caller.clientId, protocol: caller.protocol },
          'client connected',
        );
      })
      .catch((error: unknown) => {
        connection.connecting = false;
        this.refuse(connection, id, toWireError(error, 'connect', this.log, this.redactor));
      });
  }

  private refuse(
    connection: Connection,
    id: JsonRpcId,
    error: OutgoingError,
    closeCode: number = CloseCode.policy,
    closeText: string = error.message,
  ): void {
    connection.send((connection.dialect ?? openclawDialect).error(id, error));
    connection.close(closeCode, closeText);
  }

  // ---- after the handshake

  private receiveOpen(connection: Connection, value: unknown): void {
    if (connection.dialect === jsonRpcDialect) {
      this.jsonRpc.handle(
        value,
        (acknowledge) => contextOf(connection, acknowledge),
        (text) => {
          if (text !== undefined) connection.send(text);
        },
      );
      return;
    }
    const parsed = parseRequestFrame(value);
    if (!parsed.ok) {
      connection.send(openclawDialect.error(parsed.id ?? 'invalid', invalidFrame(parsed.problem)));
      return;
    }
    const { id, method, params } = parsed.frame;
    if (method === 'connect') {
      connection.send(openclawDialect.error(id, SECOND_CONNECT));
      return;
    }
    const acknowledge = (payload: unknown): void =>
      connection.send(openclawDialect.result(id, JSON.stringify(payload)));
    this.dispatcher.call(method, params, contextOf(connection, acknowledge), (outcome) =>
      connection.send(answer(openclawDialect, id, outcome)),
    );
  }
}

function contextOf(connection: Connection, acknowledge: (payload: unknown) => void): RpcContext {
  if (!connection.caller) throw new Error('a call before the handshake');
  const { caller, signal, lasting } = connection;
  return { caller, acknowledge, signal, lasting };
}

/** The first frame decides the dialect: JSON-RPC when it, or an element of a batch, says so. */
function isJsonRpc(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((entry) => isPlainObject(entry) && 'jsonrpc' in entry);
  return isPlainObject(value) && 'jsonrpc' in value;
}

/** JSON-RPC clients may connect with credentials alone. */
function withClientDefaults(params: unknown): unknown {
  if (params === undefined || (Array.isArray(params) && params.length === 0)) return withClientDefaults({});
  if (!isPlainObject(params)) return params;
  return {
    minProtocol: 3,
    maxProtocol: 4,
    ...params,
    client: params['client'] ?? { id: 'gateway-client', mode: 'backend', version: 'unknown', platform: 'unknown' },
  };
}

function introduction(
  { client, caps, commands, permissions, pathEnv }: ConnectParams,
  caller: RpcCaller,
  nodeId: string,
  admitted: AdmittedNode | undefined,
): ConnectedNode {
  const displayName = admitted?.displayName ?? client.displayName;
  return {
    connectionId: caller.connectionId,
    nodeId,
    ...(displayName ? { displayName } : {}),
    platform: client.platform,
    version: client.version,
    ...(client.deviceFamily ? { deviceFamily: client.deviceFamily } : {}),
    ...(client.modelIdentifier ? { modelIdentifier: client.modelIdentifier } : {}),
    remoteIp: caller.remoteAddress,
    caps: admitted?.caps ?? [],
    commands: admitted?.commands ?? [],
    declared: { caps: caps ?? [], commands: commands ?? [] },
    ...(permissions ? { permissions } : {}),
    ...(pathEnv ? { pathEnv } : {}),
    connectedAtMs: Date.now(),
  };
}
