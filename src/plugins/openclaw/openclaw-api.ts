import { join, resolve } from 'node:path';
import type { Brings } from '../catalog/brings';
import { refuseChannels } from '../catalog/openclaw-package';
import { KeyedStore } from './keyed-store';

export type Handler = (...args: never[]) => unknown;
type Facts = Record<string, unknown>;

/** What the process is told of the gateway when it starts. */
export interface HostFacts {
  id: string;
  name: string;
  version?: string;
  description?: string;
  /** Folder of the plugin's files. */
  root: string;
  dataDir: string;
  /** `plugins.entries.<id>.config`. */
  config: Facts;
  /** The whole configuration, without secrets. */
  gatewayConfig: Facts;
  workspace: string;
  /** Version of OpenClaw whose plugins are understood. */
  understands: string;
}

export interface Host {
  log(text: string, level?: string): void;
  ask(call: string, args: Facts): Promise<unknown>;
}

export interface OpenclawTool {
  name: string;
  description?: string;
  parameters?: Facts;
  execute(callId: string, params: unknown, signal?: AbortSignal, onUpdate?: () => void): unknown;
}
type ToolMaker = (context: Facts) => OpenclawTool | readonly OpenclawTool[] | null | undefined;
export interface OpenclawCommand {
  name: string;
  description?: string;
  requireAuth?: boolean;
  handler(context: Facts): unknown;
}
export interface OpenclawService {
  id: string;
  start(context: Facts): unknown;
  stop?(context: Facts): unknown;
}
export interface OpenclawRoute {
  path: string;
  match?: 'exact' | 'prefix';
  auth?: 'gateway' | 'plugin';
  handler: Handler;
}
export interface Listener {
  handler: Handler;
  priority: number;
}

/** Everything that a plugin registered. */
export class Registered {
  readonly tools: { make: ToolMaker; names: readonly string[] }[] = [];
  readonly commands = new Map<string, OpenclawCommand>();
  readonly services: OpenclawService[] = [];
  readonly methods = new Map<string, Handler>();
  readonly routes: OpenclawRoute[] = [];
  readonly hooks = new Map<string, Listener[]>();
  readonly events = new Map<string, Listener[]>();
  readonly cli: { register: Handler; commands: readonly string[] }[] = [];
  readonly unused = new Set<string>();

  /** @param context of a tool that is made anew for each conversation */
  toolsFor(context: Facts): OpenclawTool[] {
    return this.tools.flatMap(({ make }) => {
      const made = make(context);
      return Array.isArray(made) ? (made as OpenclawTool[]) : made ? [made as OpenclawTool] : [];
    });
  }

  brings(context: Facts): Brings {
    return {
      tools: this.toolsFor(context).map(({ name, description = '', parameters }) => ({
        name,
        description,
        ...(parameters ? { parameters: JSON.parse(JSON.stringify(parameters)) as Facts } : {}),
      })),
      methods: [...this.methods.keys()].map((name) => ({ name })),
      commands: [...this.commands.values()].map(({ name, description = '', requireAuth }) => ({
        name: name.replace(/^\//, '').toLowerCase(),
        description,
        forOwners: requireAuth !== false,
      })),
      services: this.services.map(({ id }) => id),
      routes: this.routes.map(({ path, match, auth }) => ({
        path,
        isPrefix: match === 'prefix',
        byPlugin: auth === 'plugin',
      })),
      hooks: [...this.hooks.keys()],
      events: [...this.events.keys()],
      cli: this.cli.flatMap(({ commands }) => [...commands]),
      unused: [...this.unused].sort(),
    };
  }
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** `api` of OpenClaw: what is called on it is noted; what nobody calls here is noted by name. */
export function openclawApi(facts: HostFacts, host: Host, registered: Registered): object {
  const logger = Object.fromEntries(
    LEVELS.map((level) => [level, (...words: unknown[]) => host.log(words.map(asText).join(' '), level)]),
  );
  const listen = (
    into: Map<string, Listener[]>,
    names: string | readonly string[],
    handler: Handler,
    priority = 0,
  ): void => {
    for (const name of [names].flat() as string[]) {
      const all = [...(into.get(name) ?? []), { handler, priority }];
      into.set(
        name,
        all.sort((one, other) => other.priority - one.priority),
      );
    }
  };
  const api: Facts = {
    id: facts.id,
    name: facts.name,
    version: facts.version,
    description: facts.description,
    source: facts.root,
    rootDir: facts.root,
    registrationMode: 'full',
    config: facts.gatewayConfig,
    pluginConfig: facts.config,
    logger,
    runtime: runtimeOf(facts, host, logger),
    resolvePath: (path: string) => resolve(facts.root, path),
    registerTool: (tool: OpenclawTool | ToolMaker, options: { name?: string; names?: string[] } = {}) =>
      registered.tools.push({
        make: typeof tool === 'function' ? tool : () => tool,
        names: options.names ?? (options.name === undefined ? [] : [options.name]),
      }),
    registerCommand: (command: OpenclawCommand) => registered.commands.set(command.name, command),
    registerService: (service: OpenclawService) => registered.services.push(service),
    registerGatewayMethod: (name: string, handler: Handler) => registered.methods.set(name, handler),
    registerHttpRoute: (route: OpenclawRoute) => registered.routes.push(route),
    registerHttpHandler: (handler: Handler) =>
      registered.routes.push({ path: '/', match: 'prefix', auth: 'plugin', handler }),
    registerCli: (register: Handler, options: { commands?: string[] } = {}) =>
      registered.cli.push({ register, commands: options.commands ?? [] }),
    registerHook: (events: string | string[], handler: Handler) => listen(registered.events, events, handler),
    on: (name: string, handler: Handler, options: { priority?: number } = {}) =>
      listen(registered.hooks, name, handler, options.priority),
    registerChannel: (channel: { id?: string; plugin?: { id?: string } } = {}) =>
      refuseChannels([channel.plugin?.id ?? channel.id ?? facts.id]),
  };
  return new Proxy(api, {
    get: (own, key) => {
      if (typeof key !== 'string' || key in own) return own[key as string];
      if (!/^register[A-Z]/.test(key)) return undefined;
      return () => void registered.unused.add(key);
    },
  });
}

/** `api.runtime`: what plugins that are no channels call of it. */
function runtimeOf(facts: HostFacts, host: Host, logger: object): object {
  const stateDir = facts.dataDir;
  return {
    version: facts.understands,
    config: { loadConfig: () => facts.gatewayConfig, current: () => facts.gatewayConfig },
    system: {
      enqueueSystemEvent: (text: string, options: { sessionKey?: string } = {}) =>
        void host.ask('note', { text, sessionKey: options.sessionKey }).catch((error: unknown) => {
          host.log(`enqueueSystemEvent: ${asText(error)}`, 'warn');
        }),
      runCommandWithTimeout: (argv: readonly string[], options: number | Facts) =>
        host.ask('run', { argv: [...argv], ...(typeof options === 'number' ? { timeoutMs: options } : options) }),
      formatNativeDependencyHint: ({ packageName = '' }: { packageName?: string } = {}) =>
        `${packageName} needs a native part, which is not built here`,
    },
    state: {
      resolveStateDir: () => stateDir,
      openKeyedStore: ({ namespace = 'default' }: { namespace?: string } = {}) =>
        new KeyedStore(join(stateDir, 'stores'), namespace),
    },
    logging: { shouldLogVerbose: () => false, getChildLogger: () => logger },
  };
}

const asText = (word: unknown): string =>
  typeof word === 'string' ? word : word instanceof Error ? (word.stack ?? word.message) : (JSON.stringify(word) ?? '');
