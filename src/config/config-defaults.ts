import type { OpenclawConfig } from './openclaw.config';
import { expandPath } from './state-paths';

/** Defaults that the file format applies after validation, and `~` in path-valued keys. */
export function applyConfigDefaults(config: OpenclawConfig, home: string): OpenclawConfig {
  const defaults = config.agents?.defaults ?? {};
  const withFolders = <T extends { workspace?: string; agentDir?: string }>(agent: T): T => ({
    ...agent,
    ...(agent.workspace ? { workspace: expandPath(agent.workspace, home) } : {}),
    ...(agent.agentDir ? { agentDir: expandPath(agent.agentDir, home) } : {}),
  });
  return {
    ...config,
    messages: { ackReactionScope: 'group-mentions', ...config.messages },
    logging: {
      redactSensitive: 'tools',
      ...config.logging,
      ...(config.logging?.file ? { file: expandPath(config.logging.file, home) } : {}),
    },
    commands: { native: 'auto', nativeSkills: 'auto', ...config.commands },
    agents: {
      ...config.agents,
      defaults: {
        maxConcurrent: 4,
        ...defaults,
        ...(defaults.workspace ? { workspace: expandPath(defaults.workspace, home) } : {}),
        subagents: { maxConcurrent: 8, ...defaults.subagents },
      },
      ...(config.agents?.list ? { list: config.agents.list.map(withFolders) } : {}),
      ...(config.agents?.entries
        ? {
            entries: Object.fromEntries(
              Object.entries(config.agents.entries).map(([id, agent]) => [id, withFolders(agent)]),
            ),
          }
        : {}),
    },
  };
}
