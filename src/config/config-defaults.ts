import type { OpenclawConfig } from './openclaw.config';
import { expandPath } from './state-paths';

/** Defaults that the file format applies after validation, and `~` in path-valued keys. */
export function applyConfigDefaults(config: OpenclawConfig, home: string): OpenclawConfig {
  const defaults = config.agents?.defaults ?? {};
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
      ...(config.agents?.list
        ? {
            list: config.agents.list.map((agent) => ({
              ...agent,
              ...(agent.workspace ? { workspace: expandPath(agent.workspace, home) } : {}),
              ...(agent.agentDir ? { agentDir: expandPath(agent.agentDir, home) } : {}),
            })),
          }
        : {}),
    },
  };
}
