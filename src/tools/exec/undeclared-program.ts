import { basename, isAbsolute } from 'node:path';
import { cutText } from '../../common/cut-text';
import { isReallyWithin } from '../../common/paths/path-place';
import { analyseCommand } from '../approvals/analyse-command';
import type { SkillGrant } from './skill-access';

/** What every skill's commands may use without saying so. */
const EVERYDAY = new Set(
  '[ basename cat cd cmp comm cp cut date diff dirname du echo expr false file fold grep head join ls mkdir mktemp mv nl od paste printf pwd realpath rev seq sha256sum sleep sort stat tail tee test touch tr true uniq wc'.split(
    ' ',
  ),
);

/**
 * Why a command goes beyond what the skills in the conversation have declared; undefined when it does not, or when no
 * skill there declares anything.
 */
export function undeclaredProgram(command: string, { programs, folders }: SkillGrant): string | undefined {
  if (programs === undefined) return undefined;
  const analysis = analyseCommand(command);
  if (!analysis.ok) return 'what it runs cannot be told from the line';
  for (const { argv } of analysis.segments) {
    const [name = ''] = argv;
    const isOwnScript = isAbsolute(name) && folders.some((folder) => isReallyWithin(folder, name));
    if (isOwnScript || programs.includes(basename(name)) || (!name.includes('/') && EVERYDAY.has(name))) continue;
    return `${cutText(name, 60)} is not among the declared programs`;
  }
  return undefined;
}
