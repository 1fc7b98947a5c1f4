import { dirname, join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { redactConfig } from '../../config/sensitive-paths';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { OPENCLAW_NAMES } from '../catalog/openclaw-package';
import type { PluginManifest } from '../catalog/plugin-manifest';

/** Version of OpenClaw whose plugins are run. */
const UNDERSTANDS = '2026.9.6';
const PROGRAM = join('dist', 'plugins', 'openclaw', 'openclaw-plugin-program.js');
/** What the program loads of the gateway's own files. */
const PARTS = [join('dist', 'plugins'), join('dist', 'common')];

export interface OpenclawFacts {
  config: OpenclawConfig;
  workspace: string;
  /** Only to learn what it registers. */
  isTrial: boolean;
}

/** Folders that the process of such a plugin reads besides its own. */
export const OPENCLAW_FILES = (): string[] => [
  ...PARTS.map((folder) => join(appRoot(), folder)),
  dirname(dirname(require.resolve('jiti'))),
];

/** What the program is told when it starts; see `HostFacts`. */
export function openclawStart(manifest: PluginManifest, root: string, facts: OpenclawFacts): object {
  const { id, name = id, version, description, capabilities } = manifest;
  return {
    program: join(appRoot(), PROGRAM),
    id,
    name,
    version,
    description,
    root,
    gatewayConfig: redactConfig(facts.config),
    workspace: facts.workspace,
    understands: UNDERSTANDS,
    isTrial: facts.isTrial,
    hasNetwork: capabilities?.sockets === true,
  };
}

/** Packages that such a plugin names, and that are this program's part to bring. */
export const isOpenclawItself = (name: string): boolean => (OPENCLAW_NAMES as readonly string[]).includes(name);
