import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { messageOf, OpenclawError } from '../common/openclaw-error';
import { PERMISSION_FLAG } from './permission-flag';

export interface HandlerCall {
  /** JavaScript file, absolute. */
  file: string;
  /** Exported function; `default` by default. */
  exportName?: string;
  /** What the function is called with; JSON. */
  input: unknown;
  /** Folders that it may read; its own is among them only if it is named. */
  readable: readonly string[];
  writable?: readonly string[];
  /** Environment variables, all that it has. */
  env?: Readonly<Record<string, string>>;
  timeoutMs?: number;
  memoryMb?: number;
}

export const HANDLER_TIMEOUT_MS = 10_000;
const MEMORY_MB = 64;
const MAX_OUTPUT = 256 * 1024;
const MAX_LOG = 4000;

/** Reads what to do from the standard input and writes the answer to descriptor 3: the others are the handler's own. */
const CHILD = `let t='';process.stdin.setEncoding('utf8');process.stdin.on('data',(c)=>(t+=c)).on('end',async()=>{
const tell=(answer)=>require('node:fs').writeSync(3,JSON.stringify(answer));
try{const {file,name,input}=JSON.parse(t);const m=await import(require('node:url').pathToFileURL(file).href);
const f=[m[name],m.default?.[name],m.default].find((x)=>typeof x==='function');
if(!f)throw new Error('it exports no function '+name);
tell({ok:true,value:(await f(input))??null});process.exit(0)}catch(e){tell({ok:false,error:String(e?.message??e)});process.exit(1)}});`;

/**
 * Calls a function of somebody's file in a process of its own: limited in time and memory, without the gateway's
 * environment, files or programs.
 * @returns its value, through JSON
 * @throws OpenclawError HANDLER_FAILED with what the handler threw, HANDLER_TIMEOUT, HANDLER_ENDED (out of memory, exit)
 */
export async function runHandler(call: HandlerCall): Promise<unknown> {
  const { exportName = 'default', timeoutMs = HANDLER_TIMEOUT_MS, memoryMb = MEMORY_MB } = call;
  const folders = (flag: string, list: readonly string[]): string[] =>
    list.map((folder) => `--allow-fs-${flag}=${folder.endsWith('/') ? folder : `${folder}/`}`);
  const writable = call.writable ?? [];
  const child = spawn(
    process.execPath,
    [
      PERMISSION_FLAG,
      '--no-warnings',
      ...folders('read', [...call.readable, ...writable]),
      ...folders('write', writable),
      `--max-old-space-size=${memoryMb}`,
      '-e',
      CHILD,
    ],
    { env: { ...call.env }, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] },
  );
  let answer = '';
  let log = '';
  const note = (chunk: Buffer): void => {
    if (log.length < MAX_LOG) log += chunk.toString('utf8');
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  (child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
    answer += chunk.toString('utf8');
    if (answer.length > MAX_OUTPUT) child.kill('SIGKILL');
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify({ file: call.file, name: exportName, input: call.input }));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  try {
    await new Promise<void>((resolve, reject) => child.once('close', () => resolve()).once('error', reject));
  } finally {
    clearTimeout(timer);
  }
  if (timedOut) throw new OpenclawError('HANDLER_TIMEOUT', `it took longer than ${timeoutMs} ms and was ended`);
  const told = parsed(answer);
  if (told?.ok === true) return told.value;
  if (told) throw new OpenclawError('HANDLER_FAILED', told.error ?? 'unknown');
  throw new OpenclawError(
    'HANDLER_ENDED',
    `it ended without an answer (out of ${memoryMb} MB of memory, or by itself)${log ? `: ${log.trim().slice(-500)}` : ''}`,
  );
}

function parsed(text: string): { ok: boolean; value?: unknown; error?: string } | undefined {
  try {
    return JSON.parse(text) as { ok: boolean; value?: unknown; error?: string };
  } catch (error) {
    return text === '' ? undefined : { ok: false, error: `its answer is no JSON: ${messageOf(error)}` };
  }
}
