import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { cutText } from '../../../common/cut-text';
import { appRoot } from '../../../common/app-root';
import { messageOf, OpenclawError } from '../../../common/openclaw-error';
import type { SandboxDriver, SpawnPlan } from '../../../tools/sandbox/sandbox';
import { startPlan } from '../../../tools/sandbox/start-plan';
import { watchTree } from '../../../tools/sandbox/tree-watch';
import { PERMISSION_FLAG } from './permission-flag';

export interface HandlerCall {
  /** JavaScript file, absolute. */
  file: string;
  /** Exported function; `default` by default. */
  exportName?: string;
  /** What the function is called with; JSON. */
  input: unknown;
  /** Files and folders that it may read; its own is among them only if it is named. */
  readable: readonly string[];
  /** Folder that it may read and write. */
  writable?: string;
  /** Environment variables, all that it has. */
  env?: Readonly<Record<string, string>>;
  timeoutMs?: number;
  memoryMb?: number;
}

export interface HandlerWalls {
  driver: SandboxDriver;
  /**
   * It stands in the owner's own configuration: where there is no sandbox it runs behind Node's permission model alone.
   * Anything else refuses to run there.
   */
  isOwners?: boolean;
}

export const HANDLER_TIMEOUT_MS = 10_000;
const MEMORY_MB = 64;
/** What Node needs besides what a handler keeps. */
const NODE_MB = 96;
const MIB = 1024 * 1024;
const MAX_PROCESSES = 32;
const MIN_FREE_DISK = 64 * MIB;
const MAX_OUTPUT = 256 * 1024;
const MAX_LOG = 4000;

/**
 * Calls a function of somebody's file in a process of its own: limited in time and memory, in a sandbox without network,
 * with none of the gateway's environment, files or programs.
 * @returns its value, through JSON
 * @throws OpenclawError HANDLER_FAILED with what the handler threw, HANDLER_TIMEOUT, HANDLER_ENDED (out of memory, exit),
 * SANDBOX_MISSING
 */
export async function runHandler(call: HandlerCall, walls: HandlerWalls): Promise<unknown> {
  const { exportName = 'default', timeoutMs = HANDLER_TIMEOUT_MS, memoryMb = MEMORY_MB } = call;
  const plan = await planOf(call, walls, memoryMb, timeoutMs);
  const child = startPlan(plan);
  let fault: OpenclawError | undefined;
  const end = (code: string, message: string): void => {
    fault ??= new OpenclawError(code, message);
    kill(child);
  };
  const output = collect(child, () => end('HANDLER_ENDED', `it said more than ${MAX_OUTPUT} bytes and was ended`));
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(JSON.stringify({ file: call.file, name: exportName, input: call.input, env: call.env ?? {} }));
  const timer = setTimeout(
    () => end('HANDLER_TIMEOUT', `it took longer than ${timeoutMs} ms and was ended`),
    timeoutMs,
  );
  const unwatch =
    plan.limits && child.pid !== undefined
      ? watchTree(child.pid, plan.limits, (reason) =>
          end('HANDLER_ENDED', `it took ${reason} (${memoryMb} MB of memory are its own) and was ended`),
        )
      : () => undefined;
  try {
    await new Promise<void>((resolve, reject) => child.once('close', () => resolve()).once('error', reject));
  } finally {
    clearTimeout(timer);
    unwatch();
  }
  if (fault) throw fault;
  const { answer, log } = output();
  const told = parsed(answer);
  if (told?.ok === true) return told.value;
  if (told) throw new OpenclawError('HANDLER_FAILED', told.error ?? 'unknown');
  throw new OpenclawError(
    'HANDLER_ENDED',
    `it ended without an answer (out of ${memoryMb} MB of memory, or by itself)${log ? `: ${cutText(log.trim(), 500, { keep: 'end' })}` : ''}`,
  );
}

/** In a sandbox, and there behind Node's own wall of files and programs too. */
async function planOf(
  { readable, writable, file }: HandlerCall,
  { driver, isOwners }: HandlerWalls,
  memoryMb: number,
  timeoutMs: number,
): Promise<SpawnPlan> {
  const open = writable === undefined ? readable : [...readable, writable];
  const runner = join(appRoot(), 'bin', 'handler-runner.cjs');
  const argv = [
    process.execPath,
    PERMISSION_FLAG,
    '--no-warnings',
    `--allow-fs-read=${runner}`,
    ...open.map((path) => `--allow-fs-read=${path === file ? path : insideOf(path)}`),
    ...(writable === undefined ? [] : [`--allow-fs-write=${insideOf(writable)}`]),
    `--max-old-space-size=${memoryMb}`,
    runner,
  ];
  const place = writable ?? file;
  const around = {
    cwd: '/',
    limits: {
      memoryBytes: (memoryMb + NODE_MB) * MIB,
      processes: MAX_PROCESSES,
      freeDiskBytes: MIN_FREE_DISK,
      places: [place],
    },
  };
  const lacking = await driver.unusableReason();
  if (lacking === undefined)
    return {
      ...driver.plan({
        argv,
        cwd: '/tmp',
        workspace: place,
        writable: writable !== undefined,
        env: {},
        network: false,
        timeoutSeconds: timeoutMs / 1000,
        readable: [process.execPath, runner, ...readable],
        isBare: true,
      }),
      ...around,
    };
  if (isOwners !== true)
    throw new OpenclawError('SANDBOX_MISSING', `a program of others runs in a sandbox only, and ${lacking}`);
  const [program = '', ...args] = argv;
  return { file: program, args, env: {}, ...around };
}

const insideOf = (folder: string): string => (folder.endsWith('/') ? folder : `${folder}/`);

/** What a child says: its answer, and everything else. */
function collect(child: ChildProcess, tooMuch: () => void): () => { answer: string; log: string } {
  let said = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.length > MAX_OUTPUT) tooMuch();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < MAX_LOG) errors += text;
  });
  return () => {
    const lines = said.split('\n');
    const answer = lines.findLast((line) => line.startsWith('\x1e'))?.slice(1) ?? '';
    return { answer, log: errors };
  };
}

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function parsed(text: string): { ok: boolean; value?: unknown; error?: string } | undefined {
  try {
    return JSON.parse(text) as { ok: boolean; value?: unknown; error?: string };
  } catch (error) {
    return text === '' ? undefined : { ok: false, error: `its answer is not valid JSON: ${messageOf(error)}` };
  }
}
