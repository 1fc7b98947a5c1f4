import { OpenclawError } from '../../common/openclaw-error';
import type { SkillLockFile } from './skill-lock';

export type TrustChange = { kind: 'key'; fingerprint: string; publisher: string } | { kind: 'skill'; name: string };

const MIN_FINGERPRINT = 8;

/**
 * Trusts a publisher's key or a skill again, or no longer.
 * @param subject fingerprint of a key (its beginning is enough), or name of a skill
 * @param known names of all skills
 * @throws OpenclawError SKILL_NOT_FOUND
 */
export function changeTrust(
  file: SkillLockFile,
  subject: string,
  trusted: boolean,
  known: readonly string[],
): Promise<TrustChange> {
  return file.change((lock) => {
    const [fingerprint, key] =
      Object.entries(lock.keys).find(
        ([each]) => subject.length >= MIN_FINGERPRINT && each.startsWith(subject.toLowerCase()),
      ) ?? [];
    if (fingerprint !== undefined && key) {
      key.trusted = trusted;
      return { kind: 'key', fingerprint, publisher: key.publisher };
    }
    if (!known.includes(subject) && !lock.untrusted.includes(subject))
      throw new OpenclawError('SKILL_NOT_FOUND', `"${subject}" is neither a skill nor the fingerprint of a known key`);
    lock.untrusted = lock.untrusted.filter((name) => name !== subject);
    if (!trusted) lock.untrusted.push(subject);
    return { kind: 'skill', name: subject };
  });
}
