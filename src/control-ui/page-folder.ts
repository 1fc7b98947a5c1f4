import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../common/app-root';

/** The built page. */
export const pageFolder = (): string => join(appRoot(), 'dist', 'ui');

export const isPageBuilt = (): boolean => existsSync(join(pageFolder(), 'index.html'));
