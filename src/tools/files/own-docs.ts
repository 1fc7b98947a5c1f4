import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { isWithin } from '../../common/paths/path-place';
import { type PolicySubject, isGuest } from '../agent-tool';

/** Documentation of the gateway, which the assistant reads when it is asked about itself; its `README.md` names the pages. */
export const docsPath = (): string => join(appRoot(), 'docs');

/** Folders with it that somebody's tools may read; guests have no business with how the gateway is set up. */
export const ownDocs = (subject: PolicySubject): string[] => (isGuest(subject) ? [] : [docsPath()]);

/** Whether a real path lies in it. */
export function isOwnDoc(path: string): boolean {
  try {
    return isWithin(realpathSync.native(docsPath()), path);
  } catch {
    return false;
  }
}
