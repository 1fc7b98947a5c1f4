import { join } from 'node:path';
import { OpenclawError } from '../../common/openclaw-error';
import type { InstallSpec, SkillManifest } from '../manifest/skill-manifest';

export interface InstallPreferences {
  preferBrew: boolean;
  nodeManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
  platform: string;
  hasBin(name: string): boolean;
}

/** Options that make sense on this system, the best first. */
export function usableSpecs(
  specs: readonly InstallSpec[],
  { preferBrew, platform, hasBin }: InstallPreferences,
): InstallSpec[] {
  const fitting = specs.filter(
    (spec) => (spec.os.length === 0 || spec.os.includes(platform)) && (spec.kind !== 'apt' || platform === 'linux'),
  );
  const hasBrew = hasBin('brew');
  const order = ['uv', 'node', ...(hasBrew ? ['brew'] : []), 'go', 'download', 'apt', ...(hasBrew ? [] : ['brew'])];
  const rank = (spec: InstallSpec): number =>
    preferBrew && hasBrew && spec.kind === 'brew' ? -1 : order.indexOf(spec.kind);
  return [...fitting].sort((a, b) => rank(a) - rank(b));
}

/**
 * Program and arguments of an option; downloads have none.
 * @throws OpenclawError SKILL_INSTALL_IMPOSSIBLE
 */
export function installCommand(spec: InstallSpec, preferences: InstallPreferences): string[] | undefined {
  const { nodeManager } = preferences;
  const argv: Record<InstallSpec['kind'], string[] | undefined> = {
    brew: ['brew', 'install', ...(spec.isCask ? ['--cask'] : []), spec.subject],
    node:
      nodeManager === 'yarn'
        ? ['yarn', 'global', 'add', spec.subject]
        : [
            nodeManager,
            nodeManager === 'npm' ? 'install' : 'add',
            '-g',
            ...(nodeManager === 'bun' ? [] : ['--ignore-scripts']),
            spec.subject,
          ],
    go: ['go', 'install', spec.subject.includes('@') ? spec.subject : `${spec.subject}@latest`],
    uv: ['uv', 'tool', 'install', spec.subject],
    apt: [
      ...(process.getuid?.() === 0 ? [] : ['sudo', '-n']),
      'apt-get',
      'install',
      '-y',
      '--no-install-recommends',
      spec.subject,
    ],
    download: undefined,
  };
  const command = argv[spec.kind];
  const [program] = command ?? [];
  if (program !== undefined && !preferences.hasBin(program))
    throw new OpenclawError(
      'SKILL_INSTALL_IMPOSSIBLE',
      `${program} is not installed on this machine; install it, or choose another option`,
    );
  return command;
}

/** The option as people read it before they agree. */
export function describeInstall(
  spec: InstallSpec,
  manifest: SkillManifest,
  stateDir: string,
  preferences: InstallPreferences,
): string {
  const command = installCommand(spec, preferences);
  return command ? command.join(' ') : `download ${spec.subject} to ${downloadFolder(spec, manifest, stateDir)}`;
}

/** Where downloads go, whatever the skill would like. @throws OpenclawError */
export function downloadFolder(spec: InstallSpec, manifest: SkillManifest, stateDir: string): string {
  const base = join(stateDir, 'tools', manifest.skillKey.replace(/[^\w.-]+/g, '-'));
  const wanted = spec.targetDir ?? '';
  if (wanted === '' || wanted.startsWith('/') || wanted.startsWith('~') || wanted.split(/[/\\]/).includes('..'))
    return base;
  return join(base, wanted);
}
