import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { OpenclawError } from '../../common/openclaw-error';
import { type UpdateStep, runStep } from './program-step';
import { type ReleaseVersion, compareVersions, parseVersion } from './release-version';

export type UpdateChannel = 'stable' | 'beta' | 'dev';

/** What a channel offers. */
export interface Offer {
  commit: string;
  /** Name of the release; undefined for the head of a branch. */
  tag?: string;
  /** What has to be fetched for it. */
  ref: string;
  remote: string;
}

/** Where what is offered is kept until it is judged. */
const FETCHED = 'refs/openclaw/offer';
const SHORT_MS = 20_000;
const NETWORK_MS = 60_000;

/** This installation as a clone of its repository. */
export class GitCheckout {
  readonly steps: UpdateStep[] = [];

  private constructor(
    readonly root: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** The clone, or why this installation is none. */
  static async at(root: string, env: NodeJS.ProcessEnv): Promise<GitCheckout | string> {
    if (!existsSync(join(root, '.git'))) return 'not-a-git-checkout';
    const checkout = new GitCheckout(realpathSync(root), env);
    const top = await checkout.git('find', ['rev-parse', '--show-toplevel']);
    if (top === undefined) return 'git-not-usable';
    return realpathSync(top) === checkout.root ? checkout : 'not-a-git-checkout';
  }

  async head(): Promise<string> {
    return this.need('head', ['rev-parse', 'HEAD']);
  }

  /** Whether files of the program were changed here; what git does not know does not count. */
  async isChanged(): Promise<boolean> {
    return (await this.need('changes', ['status', '--porcelain', '--untracked-files=no'])) !== '';
  }

  /**
   * What a channel offers now: the head of the branch that this one follows, or the newest release.
   * @returns why there is nothing: `no-upstream`, `no-release`
   * @throws OpenclawError UPDATE_UNREACHABLE
   */
  async offer(channel: UpdateChannel): Promise<Offer | 'no-upstream' | 'no-release'> {
    const branch = await this.git('branch', ['symbolic-ref', '--quiet', '--short', 'HEAD']);
    const remote = (branch && (await this.git('remote', ['config', `branch.${branch}.remote`]))) || 'origin';
    if (channel === 'dev') {
      const ref = branch && (await this.git('upstream', ['config', `branch.${branch}.merge`]));
      if (!ref) return 'no-upstream';
      const [line = ''] = (await this.listRemote([remote, ref])).filter((each) => each.endsWith(`\t${ref}`));
      const commit = line.split('\t')[0];
      return commit ? { commit, ref, remote } : 'no-upstream';
    }
    const tags = new Map<string, { commit: string; version: ReleaseVersion }>();
    for (const line of await this.listRemote(['--tags', remote])) {
      const [commit = '', name = ''] = line.split('\t');
      // An annotated tag is listed twice; the second time with the commit that it stands for.
      const tag = name.replace(/^refs\/tags\//, '').replace(/\^\{\}$/, '');
      const version = parseVersion(tag);
      if (version && (channel === 'beta' || version.pre === undefined)) tags.set(tag, { commit, version });
    }
    const [newest] = [...tags].sort(([, a], [, b]) => compareVersions(b.version, a.version));
    if (!newest) return 'no-release';
    const [tag, { commit }] = newest;
    return { commit, tag, ref: `refs/tags/${tag}`, remote };
  }

  /** The release of this name, written with a `v` or without. */
  async tagged(name: string): Promise<Offer | 'no-such-tag'> {
    const branch = await this.git('branch', ['symbolic-ref', '--quiet', '--short', 'HEAD']);
    const remote = (branch && (await this.git('remote', ['config', `branch.${branch}.remote`]))) || 'origin';
    const commits = new Map<string, string>();
    for (const line of await this.listRemote(['--tags', remote])) {
      const [commit = '', ref = ''] = line.split('\t');
      // As for a channel: the line that comes second names the commit.
      commits.set(ref.replace(/^refs\/tags\//, '').replace(/\^\{\}$/, ''), commit);
    }
    const tag = [name, `v${name}`].find((each) => commits.has(each));
    return tag === undefined ? 'no-such-tag' : { commit: commits.get(tag) ?? '', tag, ref: `refs/tags/${tag}`, remote };
  }

  /** Whether a commit is part of what is installed. False also for one that is not known here yet. */
  async has(commit: string): Promise<boolean> {
    return (await this.git('compare', ['merge-base', '--is-ancestor', commit, 'HEAD'])) !== undefined;
  }

  /** Whether what is installed is part of a commit, so that nothing of one's own is lost by going there. */
  async leadsTo(commit: string): Promise<boolean> {
    return (await this.git('compare', ['merge-base', '--is-ancestor', 'HEAD', commit])) !== undefined;
  }

  /** Fetches what is offered beside everything that is here; no name of one's own is moved. */
  async bring({ remote, ref }: Offer): Promise<boolean> {
    const spec = `+${ref}:${FETCHED}`;
    return (await this.git('fetch', ['fetch', '--no-tags', remote, spec], NETWORK_MS * 5)) !== undefined;
  }

  /**
   * Whether what came is what was offered: the commit, and for a release a tag that bears this very name. The repository
   * lists and hands out separately, and may say one thing and give another.
   */
  async isAsOffered({ commit, tag }: Offer): Promise<boolean> {
    if ((await this.git('compare', ['rev-parse', '--verify', `${FETCHED}^{commit}`])) !== commit) return false;
    if (tag === undefined) return true;
    const object = await this.tagObject();
    return object === undefined || (object.name === tag && object.commit === commit);
  }

  /**
   * Whether git finds a good signature of somebody that it is told to trust: for a release on a tag object of its own,
   * never on a mere name, and on the object that {@link isAsOffered} looked at.
   */
  async isSigned(offer: Offer): Promise<boolean> {
    if (!(await this.isAsOffered(offer))) return false;
    if (offer.tag === undefined) return (await this.git('signature', ['verify-commit', offer.commit])) !== undefined;
    const object = await this.tagObject();
    return object !== undefined && (await this.git('signature', ['verify-tag', object.id])) !== undefined;
  }

  /** Gives a release that was taken its name here too. */
  async keepTag({ tag }: Offer): Promise<void> {
    if (tag !== undefined) await this.git('name', ['update-ref', `refs/tags/${tag}`, FETCHED]);
    await this.git('forget', ['update-ref', '-d', FETCHED]);
  }

  /** The tag object that was fetched, by what it says itself; undefined for a name that stands for a commit only. */
  private async tagObject(): Promise<{ id: string; name: string; commit: string } | undefined> {
    const id = await this.need('tag', ['rev-parse', '--verify', FETCHED]);
    if ((await this.git('tag', ['cat-file', '-t', id])) !== 'tag') return undefined;
    const [head = ''] = (await this.need('tag', ['cat-file', 'tag', id])).split('\n\n');
    const fields = new Map(head.split('\n').map((line) => [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)]));
    // A tag of a tag would let one that is signed stand for another that is not.
    const commit = fields.get('type') === 'commit' ? (fields.get('object') ?? '') : '';
    return { id, name: fields.get('tag') ?? '', commit };
  }

  async addWorktree(path: string, commit: string): Promise<boolean> {
    return (
      (await this.git('stage', ['worktree', 'add', '--detach', '--force', path, commit], NETWORK_MS)) !== undefined
    );
  }

  async removeWorktree(path: string): Promise<void> {
    await this.git('unstage', ['worktree', 'remove', '--force', path], NETWORK_MS);
    await this.git('unstage', ['worktree', 'prune']);
  }

  /** Goes to a commit that {@link leadsTo} confirmed; a branch goes along. */
  async forward(commit: string): Promise<boolean> {
    return (await this.git('switch', ['merge', '--ff-only', commit], NETWORK_MS)) !== undefined;
  }

  async back(commit: string): Promise<void> {
    await this.git('switch back', ['reset', '--keep', commit], NETWORK_MS);
  }

  private async listRemote(args: readonly string[]): Promise<string[]> {
    const lines = await this.git('look', ['ls-remote', '--exit-code', ...args], NETWORK_MS);
    const step = this.steps.at(-1);
    // With that flag 2 means that nothing matched, which is an answer.
    if (lines === undefined && step?.exitCode !== 2)
      throw new OpenclawError('UPDATE_UNREACHABLE', `git ls-remote: ${step?.stderrTail ?? 'no answer'}`, {
        retryAfterMs: 60_000,
      });
    return (lines ?? '').split('\n').filter((line) => line !== '');
  }

  private async need(name: string, args: readonly string[]): Promise<string> {
    const answer = await this.git(name, args);
    if (answer === undefined)
      throw new OpenclawError('UPDATE_GIT', `git ${args.join(' ')}: ${this.steps.at(-1)?.stderrTail ?? 'failed'}`);
    return answer;
  }

  /** What git said; undefined where it failed. */
  private async git(name: string, args: readonly string[], timeoutMs = SHORT_MS): Promise<string | undefined> {
    const program = { name, file: 'git', args, cwd: this.root, env: this.env, timeoutMs };
    const { stdout, ...step } = await runStep(program);
    this.steps.push(step);
    return step.exitCode === 0 ? stdout.trim() : undefined;
  }
}
