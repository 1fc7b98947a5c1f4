import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../common/app-root';
import type { Logger } from '../common/logger';
import { OpenclawError } from '../common/openclaw-error';
import { expandPath } from '../config/state-paths';
import type { Environment } from '../config/environment';
import { PERMISSION_FLAG } from '../automation/hooks/handlers/permission-flag';
import type { SandboxDriver, SpawnPlan } from '../tools/sandbox/sandbox';
import type { PluginManifest } from './catalog/plugin-manifest';
import type { Brings } from './catalog/brings';
import { OPENCLAW_FILES, type OpenclawFacts, openclawStart } from './openclaw/openclaw-start';
import { type PluginAsk, type PluginCall, PluginProcess, type ProgramParts } from './plugin-process';

export interface PluginSurroundings {
  env: Environment;
  driver: SandboxDriver;
  /** Folder that it may write into. */
  dataDir: string;
  config: Readonly<Record<string, unknown>>;
  /** Variables that its owner gives it. */
  variables: Readonly<Record<string, string>>;
  ask: PluginAsk;
  log: Logger;
  /** It has another state. */
  changed(): void;
  /** For a plugin made for OpenClaw: what its program is told besides. */
  openclaw?: OpenclawFacts;
}

export type PluginPhase = 'resting' | 'running' | 'stopped';

const DEFAULT_MEMORY_MB = 128;
/** Those made for OpenClaw say nothing of what they need, and bring whole libraries in one file. */
const OPENCLAW_MEMORY_MB = 256;
const DEFAULT_CALL_S = 30;
/** What Node needs besides what a program keeps. */
const NODE_MB = 96;
const MIB = 1024 * 1024;
const COMPILED_MS = 60_000;
const MAX_PROCESSES = 32;
const MIN_FREE_DISK = 64 * MIB;
const LIFETIME_SECONDS = 30 * 24 * 3600;
/** So many ends in so much time, and it stays stopped. */
const MAX_ENDS = 3;
const ENDS_WITHIN_MS = 600_000;
/** Without a call for so long it is stopped, to be started at the next one. */
const REST_AFTER_MS = 600_000;

/** One plugin's program: started when it is needed, started again when it ended, stopped for good when that goes on. */
export class PluginRuntime {
  /** Why it was stopped for good. */
  stoppedFor: string | undefined;
  private current: Promise<PluginProcess> | undefined;
  private readonly ends: number[] = [];
  private active = 0;
  private rest: NodeJS.Timeout | undefined;
  private isClosing = false;

  constructor(
    readonly manifest: PluginManifest,
    /** Where its files are to be run from; asked for at each start. */
    private readonly folder: () => Promise<string>,
    private readonly around: PluginSurroundings,
  ) {}

  /** What the program registered, of a plugin made for OpenClaw. */
  brings: Brings | undefined;

  get phase(): PluginPhase {
    if (this.stoppedFor !== undefined) return 'stopped';
    return this.current ? 'running' : 'resting';
  }

  /** @throws OpenclawError PLUGIN_STOPPED, PLUGIN_FAILED, PLUGIN_ENDED, PLUGIN_TIMEOUT, PLUGIN_CALL_FAILED */
  async call(call: PluginCall): Promise<unknown> {
    const program = await this.start();
    this.active++;
    clearTimeout(this.rest);
    try {
      return await program.call(call);
    } finally {
      if (--this.active === 0) this.restLater();
    }
  }

  get callTimeoutMs(): number {
    return (this.manifest.limits?.callSeconds ?? DEFAULT_CALL_S) * 1000;
  }

  /** Starts it, if it does not run. */
  async start(): Promise<PluginProcess> {
    if (this.isClosing) throw new OpenclawError('PLUGIN_STOPPED', 'the gateway is going down');
    if (this.stoppedFor !== undefined)
      throw new OpenclawError(
        'PLUGIN_STOPPED',
        `plugin ${this.manifest.id} is stopped: ${this.stoppedFor}; mend it, then restart the gateway`,
      );
    if (!this.current) {
      const starting = this.launch();
      this.current = starting;
      starting.catch(() => {
        if (this.current === starting) this.current = undefined;
      });
    }
    return this.current;
  }

  async close(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.rest);
    await (await this.current?.catch(() => undefined))?.stop();
  }

  private async launch(): Promise<PluginProcess> {
    const { id } = this.manifest;
    const { log, ask, changed } = this.around;
    const folder = await this.folder();
    const program = new PluginProcess(await this.plan(folder), ask, (text, level) =>
      log[level === 'error' || level === 'warn' || level === 'info' ? level : 'debug']({ plugin: id }, text),
    );
    void program.ended.then((reason) => this.ended(reason));
    const { config, dataDir, openclaw } = this.around;
    const facts = { id, config, dataDir };
    const file = join(folder, this.manifest.main ?? '');
    // One made for OpenClaw is compiled as it is loaded.
    const has = openclaw
      ? await program.load(file, { ...facts, openclaw: openclawStart(this.manifest, folder, openclaw) }, COMPILED_MS)
      : await program.load(file, facts);
    this.brings = has.brings;
    const lacking = missingParts(this.manifest, has);
    if (lacking.length > 0) {
      program.kill(`its program has no ${lacking.join(', ')}, which its manifest names`);
      throw new OpenclawError('PLUGIN_FAILED', await program.ended);
    }
    log.debug({ plugin: id }, 'a plugin runs');
    changed();
    this.restLater();
    return program;
  }

  private ended(reason: string): void {
    this.current = undefined;
    if (this.isClosing || reason === 'it was stopped') return;
    const now = performance.now();
    this.ends.push(now);
    while (this.ends[0] !== undefined && now - this.ends[0] > ENDS_WITHIN_MS) this.ends.shift();
    const { id } = this.manifest;
    if (this.ends.length >= MAX_ENDS) this.stoppedFor = `${reason} (${MAX_ENDS} times within ten minutes)`;
    this.around.log.error(
      { plugin: id },
      `plugin ${id} ${this.stoppedFor === undefined ? 'ended' : 'is stopped'}: ${reason}`,
    );
    this.around.changed();
  }

  private restLater(): void {
    clearTimeout(this.rest);
    if (this.manifest.startup === true || (this.manifest.channels?.length ?? 0) > 0) return;
    this.rest = setTimeout(() => {
      void this.current?.then((program) => (this.active === 0 ? program.stop() : undefined)).catch(() => undefined);
    }, REST_AFTER_MS);
    this.rest.unref();
  }

  /** Behind bubblewrap where it works; behind Node's own wall of files and processes always. */
  private async plan(folder: string): Promise<SpawnPlan> {
    const { env, driver, dataDir } = this.around;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const { capabilities = {}, limits = {} } = this.manifest;
    const memoryMb = limits.memoryMb ?? (this.around.openclaw ? OPENCLAW_MEMORY_MB : DEFAULT_MEMORY_MB);
    const runner = join(appRoot(), 'bin', 'plugin-runner.cjs');
    const readable = [
      folder,
      ...(capabilities.read ?? []).map((path) => expandPath(path, env.home)),
      ...(this.around.openclaw ? OPENCLAW_FILES() : []),
    ];
    const argv = [
      process.execPath,
      PERMISSION_FLAG,
      '--no-warnings',
      ...[runner, ...[...readable, dataDir].map((folder) => `${folder}/*`)].map((path) => `--allow-fs-read=${path}`),
      `--allow-fs-write=${dataDir}/*`,
      `--max-old-space-size=${memoryMb}`,
      runner,
    ];
    const own = {
      ...Object.fromEntries(
        (capabilities.env ?? []).flatMap((name) => {
          const value = env.get(name);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
      ...this.around.variables,
    };
    const treeLimits = {
      memoryBytes: (memoryMb + NODE_MB) * MIB,
      processes: MAX_PROCESSES,
      freeDiskBytes: MIN_FREE_DISK,
      places: [dataDir],
    };
    const [file = '', ...args] = argv;
    if ((await driver.unusableReason()) !== undefined)
      return { file, args, env: own, cwd: dataDir, limits: treeLimits };
    return {
      ...driver.plan({
        argv,
        cwd: dataDir,
        workspace: dataDir,
        writable: true,
        env: { ...own, PATH: '/usr/bin:/bin' },
        network: capabilities.sockets === true,
        timeoutSeconds: LIFETIME_SECONDS,
        readable: [process.execPath, runner, ...readable],
      }),
      limits: treeLimits,
    };
  }
}

/** What a manifest names and its program does not have. */
function missingParts({ tools, methods, hooks, channels }: PluginManifest, has: ProgramParts): string[] {
  const named: Partial<Record<'tools' | 'methods' | 'channels', string[]>> = {
    tools: (tools ?? []).map(({ name }) => name),
    methods: (methods ?? []).map(({ name }) => name),
    channels: (channels ?? []).map(({ id }) => id),
  };
  return [
    ...(Object.keys(named) as (keyof typeof named)[]).flatMap((part) =>
      (named[part] ?? []).filter((name) => !has[part].includes(name)).map((name) => `${part}.${name}`),
    ),
    ...(hooks ?? [])
      .filter((event) => !has.hooks.includes(event) && !has.hooks.includes(event.split(':')[0] ?? ''))
      .map((event) => `hooks.${event}`),
  ];
}
