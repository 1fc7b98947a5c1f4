import { t } from '@lingui/core/macro';
import type { Role } from '../../gateway/pairing';

export const ROLES = {
  get guest() {
    return t`Guest`;
  },
  get owner() {
    return t`Owner`;
  },
} as const satisfies Record<Role, string>;

/** What somebody may do, in a sentence. */
export const MAY: Readonly<Record<Role, string>> = {
  get guest() {
    return t`A conversation and a folder of their own, search of the web; nothing of yours, and no commands.`;
  },
  get owner() {
    return t`Everything that you may: your conversations, files and memory, commands, and deciding about them.`;
  },
};
