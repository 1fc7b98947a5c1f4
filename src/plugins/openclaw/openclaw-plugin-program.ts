import { join } from 'node:path';
import { createJiti } from 'jiti';
import { OPENCLAW_NAMES } from '../catalog/openclaw-package';
import { guardedFetch } from './guarded-fetch';
import { askRoute } from './http-bridge';
import { type Handler, type Host, type HostFacts, type Listener, Registered, openclawApi } from './openclaw-api';
import { SDK_PARTS } from './sdk-parts';

type Facts = Record<string, unknown>;
type Call = (input: never, call: { signal: AbortSignal }) => unknown;
type Parts = Record<string, Call>;

/** What `bin/plugin-runner.cjs` runs. */
interface Program {
  brings: unknown;
  start(): Promise<void>;
  stop(): Promise<void>;
  tools: Parts;
  methods: Parts;
  commands: Parts;
  routes: Parts;
  hooks: Parts;
}

/**
 * Runs `register(api)` of a plugin made for OpenClaw.
 * @param isTrial only to learn what it registers: nothing of that is started
 */
export async function openclawProgram(
  file: string,
  facts: HostFacts & { isTrial: boolean; hasNetwork: boolean },
  host: Host,
): Promise<Program> {
  if (!facts.hasNetwork) globalThis.fetch = guardedFetch(host);
  const sdk = join(__dirname, 'openclaw-sdk.js');
  const jiti = createJiti(file, {
    fsCache: false,
    interopDefault: true,
    tryNative: false,
    alias: Object.fromEntries(
      OPENCLAW_NAMES.flatMap((name) => SDK_PARTS.map((part) => [`${name}/plugin-sdk${part && `/${part}`}`, sdk])),
    ),
  });
  const registered = new Registered();
  const entry = entryOf(await jiti.import(file));
  await entry(openclawApi(facts, host, registered) as never);
  const context = {
    config: facts.gatewayConfig,
    workspaceDir: facts.workspace,
    stateDir: facts.dataDir,
    logger: (openclawApi(facts, host, new Registered()) as { logger: object }).logger,
  };
  return {
    brings: registered.brings(context),
    start: async () => {
      if (!facts.isTrial) for (const service of registered.services) await service.start(context);
    },
    stop: async () => {
      if (!facts.isTrial) for (const service of registered.services) await service.stop?.(context);
    },
    tools: toolsOf(registered, context),
    methods: mapped(registered.methods, (handler) => (params) => askMethod(handler, params)),
    commands: Object.fromEntries(
      [...registered.commands.values()].map((command) => [
        command.name.replace(/^\//, '').toLowerCase(),
        (call: Facts) => command.handler({ config: facts.gatewayConfig, ...call }),
      ]),
    ),
    routes: Object.fromEntries(
      registered.routes.map((route) => [route.path, (request: never) => askRoute(route.handler, request)]),
    ),
    hooks: {
      ...mapped(registered.events, (listeners) => (event: never) => tellAll(listeners, [event])),
      ...mapped(
        registered.hooks,
        (listeners) =>
          ({ event, context: about }: { event: Facts; context: Facts }) =>
            askAll(listeners, event, about),
      ),
    },
  };
}

/** A plugin is a function, or an object with one. */
function entryOf(loaded: unknown): Handler {
  let exported = loaded as Facts | Handler | undefined;
  while (exported && typeof exported === 'object' && 'default' in exported) exported = exported['default'] as Facts;
  const entry = typeof exported === 'object' ? (exported['register'] ?? exported['activate']) : exported;
  if (typeof entry !== 'function') throw new Error('its program exports neither a function nor register(api)');
  return entry.bind(exported) as Handler;
}

function toolsOf(registered: Registered, context: Facts): Parts {
  const call =
    (name: string): Call =>
    ({ params, ...about }: { params: unknown; callId: string }, { signal }) => {
      const made = registered.toolsFor({ ...context, ...about });
      const tool = made.find((each) => each.name.toLowerCase() === name);
      if (!tool) throw new Error(`the plugin does not offer ${name} in this conversation`);
      return tool.execute(about.callId, params, signal, () => undefined);
    };
  const names = registered.toolsFor(context).map((tool) => tool.name.toLowerCase());
  return Object.fromEntries(names.map((name) => [name, call(name)]));
}

/** A method answers by calling `respond`, or by what it returns. */
function askMethod(handler: Handler, params: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const respond = (ok: boolean, payload?: unknown, error?: { message?: string }): void =>
      ok ? resolve(payload) : reject(new Error(error?.message ?? JSON.stringify(error ?? payload ?? 'it failed')));
    const options = { req: { params }, params, respond, client: null, isWebchatConnect: () => false, context: {} };
    Promise.resolve(handler(options as never)).then((value) => {
      if (value !== undefined) resolve(value);
    }, reject);
  });
}

async function tellAll(listeners: readonly Listener[], args: readonly unknown[]): Promise<void> {
  for (const { handler } of listeners) await handler(...(args as never[]));
}

/** Each listener sees what those before it changed. @returns all that they answered, the later over the earlier */
async function askAll(listeners: readonly Listener[], event: Facts, context: Facts): Promise<Facts | null> {
  let answer: Facts | undefined;
  for (const { handler } of listeners) {
    const said = (await handler({ ...event, ...answer } as never, context as never)) as Facts | undefined;
    if (!said || typeof said !== 'object') continue;
    answer = { ...answer, ...said };
    if (said['block'] === true || said['cancel'] === true) break;
  }
  return answer ?? null;
}

const mapped = <T>(from: ReadonlyMap<string, T>, as: (value: T) => Call): Parts =>
  Object.fromEntries([...from].map(([name, value]) => [name, as(value)]));
