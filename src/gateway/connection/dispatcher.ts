import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { isPlainObject } from '../../common/plain-object';
import { Redactor } from '../../common/redactor';
import { describeDtoProblems, findDtoProblems } from '../../common/validation/validate-dto';
import { PreparedJson, type RpcCaller, type RpcContext } from '../../rpc/rpc-context';
import { answerInsteadOf, refusalOf, viewOf } from '../../rpc/answer-views';
import { isIdleParam } from '../../rpc/idle-params';
import { inOurNames } from '../../rpc/renamed-params';
import { satisfies } from '../../rpc/scopes';
import { type RegisteredMethod, RpcRegistry } from './rpc-registry';
import type { CallOutcome, OutgoingError } from './wire-dialect';
import { RpcCode, invalidParams, methodNotFound, toWireError } from './wire-error';

const NO_PARAMS: Readonly<Record<string, never>> = Object.freeze({});

/** method → registry → role and scope → params → handler. Knows no dialect and no socket. */
@Injectable()
export class Dispatcher {
  private readonly log: Logger;
  private draining: { retryAfterMs: number } | undefined;

  constructor(
    private readonly registry: RpcRegistry,
    private readonly redactor: Redactor,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('gateway/rpc');
  }

  /** From now on every call is refused with a hint when to come back. */
  refuseNewWork(retryAfterMs: number): void {
    this.draining = { retryAfterMs };
  }

  /** Answers synchronously when the handler does, so that cheap reads cost no promise. */
  call(method: string, given: unknown, context: RpcContext, settle: (outcome: CallOutcome) => void): void {
    const params = inOurNames(method, given);
    const found = this.registry.find(method);
    const problem = found
      ? (this.refusal(found, context.caller) ?? this.paramsProblem(found, params))
      : methodNotFound(method);
    if (problem || !found) {
      settle({ ok: false, error: problem ?? methodNotFound(method) });
      return;
    }
    try {
      const result = found.handler((params ?? NO_PARAMS) as never, context);
      if (!isPromise(result)) {
        settle({ ok: true, json: toJson(method, result, context.caller) });
        return;
      }
      result.then(
        (value) => settle({ ok: true, json: toJson(method, value, context.caller) }),
        (error: unknown) => settle(this.failed(method, error, context.caller)),
      );
    } catch (error) {
      settle(this.failed(method, error, context.caller));
    }
  }

  private failed(method: string, error: unknown, { protocol }: RpcCaller): CallOutcome {
    const answer = answerInsteadOf(method, protocol, error);
    if (answer !== undefined) return { ok: true, json: JSON.stringify(answer) };
    const refusal = refusalOf(method, protocol, error);
    return { ok: false, error: toWireError(refusal, method, this.log, this.redactor) };
  }

  private refusal(method: RegisteredMethod, caller: RpcCaller): OutgoingError | undefined {
    const { declaration } = method;
    if (this.draining) {
      return {
        code: 'UNAVAILABLE',
        message: 'the gateway is shutting down',
        retryable: true,
        retryAfterMs: this.draining.retryAfterMs,
        details: { reason: 'shutdown' },
        rpcCode: RpcCode.unavailable,
      };
    }
    if ((declaration.scope === 'node') !== (caller.role === 'node')) {
      return { code: 'INVALID_REQUEST', message: `unauthorized role: ${caller.role}`, rpcCode: RpcCode.forbidden };
    }
    if (declaration.scope === 'node') return undefined;
    const required = caller.protocol === 4 ? (declaration.scopeV4 ?? declaration.scope) : declaration.scope;
    if (satisfies(caller.scopes, required)) return undefined;
    return {
      code: caller.protocol === 4 ? 'FORBIDDEN' : 'INVALID_REQUEST',
      message: `missing scope: ${required}`,
      details: { code: 'MISSING_SCOPE', missingScope: required, requiredScopes: [required] },
      rpcCode: RpcCode.forbidden,
    };
  }

  private paramsProblem(method: RegisteredMethod, params: unknown): OutgoingError | undefined {
    const { name } = method.declaration;
    if (params === undefined || (isPlainObject(params) && isEmpty(params))) {
      if (method.acceptsEmpty) return undefined;
      if (params === undefined) return this.paramsProblem(method, NO_PARAMS_CHECKED);
    }
    if (!method.params) {
      if (!isPlainObject(params)) return invalidParams(name, 'at root: must be object');
      const unknown = Object.keys(params).find((key) => !isIdleParam(name, key));
      return unknown === undefined ? undefined : invalidParams(name, `at root: unexpected property '${unknown}'`);
    }
    const problems = findDtoProblems(method.params, params).filter(
      ({ kind, path }) => !(kind === 'unexpected' && path.length === 1 && isIdleParam(name, path[0] ?? '')),
    );
    return problems.length > 0 ? invalidParams(name, describeDtoProblems(problems)) : undefined;
  }
}

/** Stands for omitted params when the method needs some: yields the list of what is missing. */
const NO_PARAMS_CHECKED: Record<string, never> = {};

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function toJson(method: string, value: unknown, { protocol }: RpcCaller): string {
  if (value instanceof PreparedJson) return value.text;
  return JSON.stringify(viewOf(method, protocol, value)) ?? 'null';
}
