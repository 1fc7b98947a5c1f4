import { shortId } from '../../common/short-id';
import { appRoot, appVersion } from '../../common/app-root';
import { GitCheckout, type UpdateChannel } from './git-checkout';
import { programEnvironment } from './program-step';

export interface UpdateAvailable {
  currentVersion: string;
  /** A release, or the first twelve digits of a commit. */
  latestVersion: string;
  channel: UpdateChannel;
  commit: string;
}

export interface UpdateState {
  mode: 'git' | 'unknown';
  root: string;
  channel: UpdateChannel;
  /** What is installed. */
  version: string;
  commit?: string;
  available: UpdateAvailable | null;
  /** Why nothing can be said: `not-a-git-checkout`, `git-not-usable`, `no-upstream`, `no-release`. */
  reason?: string;
  /** Unix time in milliseconds. */
  checkedAt: number;
}

/**
 * Asks the repository that this installation was cloned from whether there is something newer. Changes nothing.
 * @param tag a certain release, instead of the newest of the channel
 * @throws OpenclawError UPDATE_UNREACHABLE
 */
export async function checkForUpdate(
  all: NodeJS.ProcessEnv,
  channel: UpdateChannel = 'dev',
  root = appRoot(),
  tag?: string,
): Promise<UpdateState> {
  const state = { root, channel, version: appVersion(), available: null, checkedAt: Date.now() };
  const checkout = await GitCheckout.at(root, programEnvironment(all));
  if (typeof checkout === 'string') return { ...state, mode: 'unknown', reason: checkout };
  const commit = await checkout.head();
  const offer = tag === undefined ? await checkout.offer(channel) : await checkout.tagged(tag);
  if (typeof offer === 'string') return { ...state, mode: 'git', commit, reason: offer };
  if (await checkout.has(offer.commit)) return { ...state, mode: 'git', commit };
  const latestVersion = offer.tag?.replace(/^v/, '') ?? shortId(offer.commit, 12);
  return {
    ...state,
    mode: 'git',
    commit,
    available: { currentVersion: state.version, latestVersion, channel, commit: offer.commit },
  };
}

/** What would keep an update that is there from being made; undefined where nothing is known that would. */
export async function obstacleTo(all: NodeJS.ProcessEnv, root = appRoot()): Promise<'changed' | undefined> {
  const checkout = await GitCheckout.at(root, programEnvironment(all));
  return typeof checkout !== 'string' && (await checkout.isChanged()) ? 'changed' : undefined;
}

/** What a reason means, and the way out. */
export const UPDATE_REASONS: Readonly<Record<string, string>> = {
  'not-a-git-checkout':
    'this installation is no clone of a repository; an image is updated by pulling the next one, a package by its manager',
  'git-not-usable': 'git can’t be run here; install it, or look whether it trusts this folder (safe.directory)',
  'no-upstream': 'the branch follows no other; set one with: git branch --set-upstream-to',
  'no-release': 'the repository has no release for this channel; choose another with --channel',
  'no-such-tag': 'the repository has no release of that name; git ls-remote --tags lists them',
  'up-to-date': 'nothing newer is there',
  changed: 'files of the program were changed here; commit or stash them first',
  diverged: 'there are commits here that the new release does not have; merge it by hand',
  'fetch-failed': 'the repository could not be read',
  'not-as-offered': 'the repository handed out another commit or tag than it had listed',
  unsigned:
    'update.requireSigned is on, and git finds no signature that it is told to trust on the release’s own tag object',
  'stage-failed': 'the new release could not be laid out beside the old one',
  'build-failed': 'the new release could not be built; the old one is untouched',
  'does-not-start': 'the new release did not start in a trial run; the old one is untouched',
  'config-invalid': 'the new release refuses this configuration; the old one is untouched',
  'switch-failed': 'the new release could not take the old one’s place; the old one is back',
};

/** That there is nothing newer is one; what keeps an installation from being updated is none. */
export const isSuccess = ({ status, reason = 'up-to-date' }: { status: string; reason?: string }): boolean =>
  status === 'ok' || (status === 'skipped' && reason === 'up-to-date');
