import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoctorFinding } from '../../src/operations/doctor/finding';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { OPENCLAW, TEST_TOKEN, cleanEnvironment } from '../harness/gateway-process';

/** What a doctor is shown: a state directory with faults in it, and how it is called there. */
export interface World {
  /** Content of `openclaw.json`; an object goes over a sound configuration, null writes none. */
  config?: Record<string, unknown> | string | Buffer | null;
  /** By path in the state directory. */
  files?: Record<string, string>;
  env?: Record<string, string>;
  /** Command line that the doctor is run by, which ends with it. */
  runBy?: readonly string[];
  args?: readonly string[];
}

/** A fault that was planted, and how it is to be found. */
export interface Expected {
  fault: string;
  code: string;
  level: 'problem' | 'note';
  /** What is wrong, and why. */
  cause: RegExp;
  fix: RegExp;
}

export interface Examined {
  code: number | null;
  stderr: string;
  fixed: string[];
  findings: DoctorFinding[];
}

export const SOUND = { gateway: { mode: 'local', auth: { mode: 'token', token: TEST_TOKEN } } };

/** A state directory as {@link World} describes it. */
export function makeState(root: string, { config = {}, files = {} }: World): string {
  const stateDir = mkdtempSync(join(root, 'state-'));
  const isText = typeof config === 'string' || Buffer.isBuffer(config);
  if (config !== null)
    writeFileSync(join(stateDir, 'openclaw.json'), isText ? config : JSON.stringify({ ...SOUND, ...config }), {
      mode: 0o600,
    });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(stateDir, name, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stateDir, name), content, { mode: 0o600 });
  }
  return stateDir;
}

/** Runs `bin/openclaw doctor --json` as a process of its own. */
export async function examine(stateDir: string, { env = {}, runBy = [], args = [] }: World): Promise<Examined> {
  const [program = '', ...words] = [...runBy, process.execPath, OPENCLAW, 'doctor', '--json', ...args];
  const child = spawn(program, words, {
    env: cleanEnvironment({ OPENCLAW_STATE_DIR: stateDir, OPENCLAW_UI_PORT: '0', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let answer: { fixed: string[]; findings: DoctorFinding[] };
  try {
    answer = JSON.parse(said.stdout) as typeof answer;
  } catch (cause) {
    throw new Error(`the doctor ended with ${String(code)} and said:\n${said.stdout}${said.stderr}`, { cause });
  }
  return {
    code,
    stderr: said.stderr,
    fixed: answer.fixed,
    findings: answer.findings.filter(({ level }) => level !== 'ok'),
  };
}

/** The finding that a fault is to have. @throws Error with all findings where there is none */
export function findingOf({ findings }: Examined, { code, cause }: Pick<Expected, 'code' | 'cause'>): DoctorFinding {
  const found = findings.find((each) => each.code === code && cause.test(each.message));
  if (!found) throw new Error(`no ${code} like ${String(cause)} among:\n${JSON.stringify(findings, null, 1)}`);
  return found;
}

/** A database of several pages, so that damage can be done to one of them, with migrations that were applied to it. */
export function makeDatabase(path: string, migrations: readonly string[] = []): void {
  rmSync(path, { force: true });
  const file = new SqliteFile(path);
  file.exec('create table t (a text); create index i on t (a)');
  file.exec('create table schema_migrations (name text primary key, applied_at text not null)');
  for (const name of migrations) file.prepare('insert into schema_migrations values (?, ?)').run(name, 'now');
  for (let n = 0; n < 300; n++) file.prepare('insert into t values (?)').run(`row ${n} `.repeat(20));
  file.close();
}
