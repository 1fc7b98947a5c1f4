import { existsSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { LockFile } from '../../common/lock-file';
import { sleep } from '../../common/sleep';
import { GitCheckout, type Offer, type UpdateChannel } from './git-checkout';
import { type UpdateStep, programEnvironment, runStep } from './program-step';

export interface UpdateWish {
  /** Variables of the process that asks. */
  env: NodeJS.ProcessEnv;
  channel: UpdateChannel;
  /** A certain release, instead of the newest of the channel. */
  tag?: string;
  requireSigned: boolean;
  /** State and configuration that the new release has to accept. */
  stateDir: string;
  configPath: string;
  /** Milliseconds for each of installing, building and the trial run; 20 minutes by default. */
  timeoutMs?: number;
  root?: string;
}

export interface UpdateResult {
  status: 'ok' | 'error' | 'skipped';
  mode: 'git' | 'unknown';
  root: string;
  /** Why not; see UPDATE_REASONS. */
  reason?: string;
  before?: { commit: string };
  after?: { commit: string; tag?: string };
  steps: UpdateStep[];
  durationMs: number;
}

const DEFAULT_TIMEOUT_MS = 1_200_000;
const TRIAL_MS = 60_000;
const STAGE = '.openclaw-update';
/** What a build consists of, besides the files that git knows. */
const BUILT = ['dist', 'node_modules'] as const;

/**
 * Brings this installation to what its channel offers. The new release is built in a folder beside the old one, has to
 * start on an empty state and to accept the configuration; only then it takes the old one's place, and where that fails
 * the old one is put back. The process that runs is not touched: it has to be started anew.
 * @throws OpenclawError UPDATE_UNREACHABLE, UPDATE_GIT, LOCK_HELD (another update runs)
 */
export async function runUpdate(wish: UpdateWish): Promise<UpdateResult> {
  const since = performance.now();
  const root = wish.root ?? appRoot();
  const checkout = await GitCheckout.at(root, programEnvironment(wish.env));
  if (typeof checkout === 'string')
    return { status: 'skipped', mode: 'unknown', root, reason: checkout, steps: [], durationMs: 0 };
  const lock = new LockFile(join(checkout.root, `${STAGE}.lock`));
  await lock.acquire();
  try {
    const outcome = await new GitUpdate(checkout, wish).run();
    return {
      mode: 'git',
      root,
      ...outcome,
      steps: checkout.steps,
      durationMs: Math.round(performance.now() - since),
    };
  } finally {
    lock.release();
  }
}

type Outcome = Pick<UpdateResult, 'status' | 'reason' | 'before' | 'after'>;

class GitUpdate {
  private readonly stage: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(
    private readonly checkout: GitCheckout,
    private readonly wish: UpdateWish,
  ) {
    this.stage = join(checkout.root, STAGE);
    this.env = programEnvironment(wish.env);
  }

  async run(): Promise<Outcome> {
    const before = { commit: await this.checkout.head() };
    const skipped = (reason: string): Outcome => ({ status: 'skipped', reason, before });
    if (await this.checkout.isChanged()) return skipped('changed');
    const { channel, tag: wanted } = this.wish;
    const offer = await (wanted === undefined ? this.checkout.offer(channel) : this.checkout.tagged(wanted));
    if (typeof offer === 'string') return skipped(offer);
    if (await this.checkout.has(offer.commit)) return skipped('up-to-date');
    const failed = (reason: string): Outcome => ({ status: 'error', reason, before });
    if (!(await this.checkout.bring(offer))) return failed('fetch-failed');
    if (!(await this.checkout.isAsOffered(offer))) return failed('not-as-offered');
    if (!(await this.checkout.leadsTo(offer.commit))) return skipped('diverged');
    if (this.wish.requireSigned && !(await this.checkout.isSigned(offer))) return failed('unsigned');
    try {
      const problem =
        (await this.build(offer)) ?? (await this.tryOut()) ?? (await this.takePlace(offer, before.commit));
      if (problem !== undefined) return failed(problem);
      await this.checkout.keepTag(offer);
    } finally {
      await this.checkout.removeWorktree(this.stage);
      rmSync(this.stage, { recursive: true, force: true });
    }
    const { commit, tag } = offer;
    return { status: 'ok', before, after: { commit, ...(tag === undefined ? {} : { tag }) } };
  }

  private async build({ commit }: Offer): Promise<string | undefined> {
    await this.checkout.removeWorktree(this.stage);
    rmSync(this.stage, { recursive: true, force: true });
    if (!(await this.checkout.addWorktree(this.stage, commit))) return 'stage-failed';
    // The same libraries need not be fetched again.
    const lockOf = (folder: string): string => readFileSync(join(folder, 'package-lock.json'), 'utf8');
    if (existsSync(this.installed('node_modules')) && lockOf(this.checkout.root) === lockOf(this.stage))
      symlinkSync(this.installed('node_modules'), join(this.stage, 'node_modules'), 'junction');
    const script =
      "const m = await import('./scripts/ensure.mjs'); await m.ensureDependencies(); await m.ensureBuild();";
    return (await this.node('build', ['--input-type=module', '--eval', script])) ? undefined : 'build-failed';
  }

  /** Starts the new release on an empty state, and has it look at the configuration that it is to run with. */
  private async tryOut(): Promise<string | undefined> {
    const { configPath, stateDir } = this.wish;
    const program = join(this.stage, 'bin', 'openclaw');
    if (existsSync(configPath)) {
      const env = { OPENCLAW_CONFIG_PATH: configPath, OPENCLAW_STATE_DIR: stateDir };
      if (!(await this.node('check configuration', [program, 'config', 'validate'], { env }))) return 'config-invalid';
    }
    const state = mkdtempSync(join(tmpdir(), 'openclaw-update-'));
    const env = {
      OPENCLAW_STATE_DIR: state,
      OPENCLAW_GATEWAY_PORT: String(await freePort()),
      OPENCLAW_UI_PORT: '0',
      OPENCLAW_DISABLE_BONJOUR: '1',
      OPENCLAW_SKIP_UPDATE_CHECK: '1',
    };
    const end = new AbortController();
    let isOver = false;
    try {
      const trial = this.node('trial run', [program, 'gateway', 'run'], {
        env,
        timeoutMs: TRIAL_MS,
        until: end.signal,
      });
      void trial.finally(() => (isOver = true));
      const deadline = performance.now() + TRIAL_MS;
      let isUp = false;
      while (!isUp && !isOver && performance.now() < deadline) {
        await sleep(200);
        isUp = await this.node('ask it', [program, 'gateway', 'status', '--json'], { env, isRepeated: true });
      }
      end.abort();
      await trial;
      return isUp ? undefined : 'does-not-start';
    } finally {
      rmSync(state, { recursive: true, force: true });
    }
  }

  /** The new release's files, libraries and build in the place of the old ones; all of them or none. */
  private async takePlace({ commit }: Offer, before: string): Promise<string | undefined> {
    const moved: { from: string; to: string }[] = [];
    const move = (from: string, to: string): void => {
      renameSync(from, to);
      moved.push({ from, to });
    };
    try {
      for (const name of BUILT) {
        const next = join(this.stage, name);
        if (lstatSync(next).isSymbolicLink()) continue;
        if (existsSync(this.installed(name))) move(this.installed(name), `${next}.before`);
        move(next, this.installed(name));
      }
      if (!(await this.checkout.forward(commit))) throw new Error('not fast-forwarded');
      const script = "const m = await import('./scripts/ensure.mjs'); m.stampBuild();";
      if (!(await this.node('note the build', ['--input-type=module', '--eval', script], { cwd: this.checkout.root })))
        throw new Error('not stamped');
      return undefined;
    } catch {
      for (const { from, to } of moved.reverse()) renameSync(to, from);
      await this.checkout.back(before);
      return 'switch-failed';
    }
  }

  private installed(name: string): string {
    return join(this.checkout.root, name);
  }

  /** Runs Node in the new release's folder. Returns whether it ended well. */
  private async node(name: string, args: readonly string[], how: NodeRun = {}): Promise<boolean> {
    const {
      stdout: _,
      stdoutTail,
      ...step
    } = await runStep({
      name,
      file: process.execPath,
      args,
      cwd: how.cwd ?? this.stage,
      env: { ...this.env, ...how.env },
      timeoutMs: how.timeoutMs ?? this.wish.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ...(how.until ? { until: how.until } : {}),
    });
    // What a gateway prints at its start lets one in; that of a trial is gone, but tokens belong nowhere.
    const said = stdoutTail === undefined || how.until ? {} : { stdoutTail };
    if (!how.isRepeated || step.exitCode === 0) this.checkout.steps.push({ ...step, ...said });
    return step.exitCode === 0;
  }
}

interface NodeRun {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  until?: AbortSignal;
  /** One of many tries: only the one that succeeds is noted. */
  isRepeated?: boolean;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
