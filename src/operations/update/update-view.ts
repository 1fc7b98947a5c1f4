import type { UpdateChannel } from './git-checkout';
import type { UpdateState } from './update-check';

/** Who chose the channel. */
interface ChannelChoice {
  flag: UpdateChannel | undefined;
  configured: UpdateChannel | undefined;
}

/** Whether there is a new release, for programs. */
export function updateView({ channel, ...state }: UpdateState, { flag, configured }: ChannelChoice): object {
  const { root, mode, available, commit } = state;
  const source = flag !== undefined ? 'flag' : configured !== undefined ? 'config' : 'default';
  return {
    ...state,
    update: {
      root,
      installKind: mode,
      ...(mode === 'git' ? { git: { root, sha: commit ?? null } } : {}),
    },
    channel: { value: channel, source, label: `${channel} (${source})`, config: configured ?? null },
    availability: {
      available: available !== null,
      hasGitUpdate: mode === 'git' && available !== null,
      hasRegistryUpdate: false,
      latestVersion: available?.latestVersion ?? null,
    },
  };
}
