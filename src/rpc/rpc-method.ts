import 'reflect-metadata';
import type { DtoClass } from '../common/validation/validate-dto';
import type { RpcContext } from './rpc-context';
import type { OperatorScope } from './scopes';

export interface RpcMethodDeclaration {
  name: string;
  /** Scope an operator needs; `node` for methods that only paired nodes may call. */
  scope: OperatorScope | 'node';
  /** Read by protocol 4 clients with this scope where it differs from protocol 3. */
  scopeV4?: OperatorScope;
  params?: DtoClass;
  /** Callable, but not listed in `features.methods`. */
  unlisted?: boolean;
  /** One sentence for the method reference. */
  summary: string;
}

export interface RpcMethodEntry extends RpcMethodDeclaration {
  property: string;
}

export type RpcHandler = (params: never, context: RpcContext) => unknown;

const RPC_METHODS = Symbol('rpc-methods');

/** Exposes a provider's method to connected clients. The gateway finds it at boot; a name used twice is a boot error. */
export const RpcMethod =
  (declaration: RpcMethodDeclaration): MethodDecorator =>
  (target, property) => {
    const known = (Reflect.getOwnMetadata(RPC_METHODS, target.constructor) as RpcMethodEntry[] | undefined) ?? [];
    known.push({ ...declaration, property: String(property) });
    Reflect.defineMetadata(RPC_METHODS, known, target.constructor);
  };

/** Methods that a provider class exposes. */
export function rpcMethodsOf(cls: object): readonly RpcMethodEntry[] {
  return (Reflect.getMetadata(RPC_METHODS, cls) as RpcMethodEntry[] | undefined) ?? [];
}
