import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { cutText } from '../../common/cut-text';
import { parseWebAddress } from '../../common/net/host';
import { messageOf } from '../../common/openclaw-error';
import { PRIVATE_FOLDER, copyPrivately } from '../../common/private-files';
import type { InstallSpec, SkillManifest } from '../manifest/skill-manifest';
import { unpackArchive } from './fetch-source';
import { type InstallPreferences, downloadFolder, installCommand } from './install-command';
import { runProgram } from './run-program';

const MAX_DOWNLOAD_BYTES = 500 * 1024 * 1024;
const KEPT_OUTPUT = 20_000;

/** As `skills.install` answers. */
export interface InstallOutcome {
  ok: boolean;
  message: string;
  stdout: string;
  stderr: string;
  code: number | null;
}

export interface InstallTask {
  spec: InstallSpec;
  manifest: SkillManifest;
  stateDir: string;
  preferences: InstallPreferences;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  download(url: string, maxBytes: number): Promise<Buffer>;
  /** Told the end of what the program has said so far. */
  onOutput?: (tail: string) => void;
}

/** Carries out one install option that somebody has agreed to. Does not throw. */
export async function installRequirement(task: InstallTask): Promise<InstallOutcome> {
  const failed = (message: string): InstallOutcome => ({ ok: false, message, stdout: '', stderr: '', code: null });
  try {
    const argv = installCommand(task.spec, task.preferences);
    if (!argv) return await installDownload(task);
    const end = await runProgram(argv, {
      cwd: tmpdir(),
      env: task.env,
      timeoutMs: task.timeoutMs,
      onOutput: task.onOutput,
    });
    const how = end.timedOut ? `stopped after ${task.timeoutMs} ms` : `exit code ${end.code ?? 'none'}`;
    return {
      ok: end.code === 0,
      message: end.code === 0 ? `${task.spec.label}: done` : `${argv.join(' ')} failed: ${how}`,
      stdout: cutText(end.output, KEPT_OUTPUT, { keep: 'end' }),
      stderr: '',
      code: end.code,
    };
  } catch (error) {
    return failed(messageOf(error));
  }
}

async function installDownload({ spec, manifest, stateDir, download }: InstallTask): Promise<InstallOutcome> {
  if (parseWebAddress(spec.subject)?.protocol !== 'https:')
    return {
      ok: false,
      message: `${spec.subject}: only https addresses are fetched`,
      stdout: '',
      stderr: '',
      code: null,
    };
  const content = await download(spec.subject, MAX_DOWNLOAD_BYTES);
  const folder = downloadFolder(spec, manifest, stateDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = basename(new URL(spec.subject).pathname) || 'download';
  const isArchive = spec.extract ?? (spec.archive !== undefined || /\.(zip|tgz|tar\.gz|tar)$/i.test(name));
  if (!isArchive) await writeFile(join(folder, name), content, { mode: PRIVATE_FOLDER });
  else {
    const stage = await mkdtemp(join(tmpdir(), 'openclaw-download-'));
    try {
      let from = join(stage, 'content');
      await unpackArchive(spec.archive ? `x.${spec.archive}` : name, content, from);
      for (let strip = spec.stripComponents ?? 0; strip > 0; strip--) {
        const [only, ...more] = await readdir(from);
        if (only === undefined || more.length > 0) break;
        from = join(from, only);
      }
      await copyPrivately(from, folder);
    } finally {
      await rm(stage, { recursive: true, force: true });
    }
  }
  return { ok: true, message: `downloaded to ${folder}`, stdout: folder, stderr: '', code: 0 };
}
