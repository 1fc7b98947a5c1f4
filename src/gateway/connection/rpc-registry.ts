import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { OpenclawError } from '../../common/openclaw-error';
import { type DtoClass, findDtoProblems } from '../../common/validation/validate-dto';
import { type RpcHandler, type RpcMethodDeclaration, rpcMethodsOf } from '../../rpc/rpc-method';

export class RegisteredMethod {
  private emptyIsFine: boolean | undefined;

  constructor(
    readonly declaration: RpcMethodDeclaration,
    /** Class that exposes it, for messages. */
    readonly owner: string,
    readonly handler: RpcHandler,
  ) {}

  get params(): DtoClass | undefined {
    return this.declaration.params;
  }

  /** Calls without params need no check: proven once, at the first of them, for all methods together would take long. */
  get acceptsEmpty(): boolean {
    return (this.emptyIsFine ??= this.params === undefined || findDtoProblems(this.params, {}).length === 0);
  }
}

/** Every method that clients may call, collected from all providers at boot. */
@Injectable()
export class RpcRegistry {
  private readonly methods = new Map<string, RegisteredMethod>();
  private names: string[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws OpenclawError RPC_METHOD_DUPLICATE naming both owners. */
  collect(): void {
    for (const wrapper of this.discovery.getProviders()) {
      const instance = wrapper.instance as Record<string, unknown> | undefined;
      if (!instance || typeof wrapper.metatype !== 'function' || !wrapper.isDependencyTreeStatic()) continue;
      for (const entry of rpcMethodsOf(wrapper.metatype)) {
        const method = instance[entry.property] as RpcHandler;
        this.add(entry, wrapper.metatype.name, method.bind(instance) as RpcHandler);
      }
    }
    this.list();
  }

  /** Adds a method that no provider declares. A name that is taken stays with whom it belongs to. */
  addForeign(declaration: RpcMethodDeclaration, owner: string, handler: RpcHandler): boolean {
    if (this.methods.has(declaration.name)) return false;
    this.add(declaration, owner, handler);
    this.list();
    return true;
  }

  find(name: string): RegisteredMethod | undefined {
    return this.methods.get(name);
  }

  /** Names for `features.methods`. */
  listed(): readonly string[] {
    return this.names;
  }

  all(): IterableIterator<RegisteredMethod> {
    return this.methods.values();
  }

  private list(): void {
    this.names = [...this.methods.values()]
      .filter((method) => !method.declaration.unlisted)
      .map((method) => method.declaration.name)
      .sort();
  }

  private add(declaration: RpcMethodDeclaration, owner: string, handler: RpcHandler): void {
    const known = this.methods.get(declaration.name);
    if (known && known.owner !== owner) {
      throw new OpenclawError(
        'RPC_METHOD_DUPLICATE',
        `method ${declaration.name} is declared by ${known.owner} and by ${owner}`,
      );
    }
    this.methods.set(declaration.name, new RegisteredMethod(declaration, owner, handler));
  }
}
