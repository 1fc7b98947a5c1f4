import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Opt, Text } from '../../common/validation/fields';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { NoParams } from '../../rpc/no-params.dto';
import { RpcMethod } from '../../rpc/rpc-method';
import { WorkspaceService } from '../../workspace/workspace.service';
import { HookCatalog } from './hook-catalog.service';
import type { HookState } from './list-hooks';

export class HooksStatusParams {
  @Opt() @Text() agentId?: string;
}

@Injectable()
export class HooksRpc {
  constructor(
    private readonly catalog: HookCatalog,
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
  ) {}

  @RpcMethod({
    name: 'hooks.list',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Hooks of the gateway: what they listen to, whether they run, and why not.',
  })
  list(): unknown {
    return {
      hooks: this.catalog.all().map(({ name, description, events, source, folder, enabled, reason }) => ({
        name,
        description,
        events,
        source,
        ...(folder === '' ? {} : { folder }),
        enabled,
        runs: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      })),
    };
  }

  @RpcMethod({
    name: 'hooks.status',
    scope: 'operator.read',
    params: HooksStatusParams,
    summary: 'The same in the form that OpenClaw has for it.',
  })
  status(): unknown {
    const { config, stateDir } = this.config;
    return {
      workspaceDir: this.workspaces.pathOf(defaultAgentId(config)),
      managedHooksDir: join(stateDir, 'hooks'),
      hooks: this.catalog.all().map(statusOf),
    };
  }
}

const NOTHING = { bins: [], anyBins: [], config: [], os: [] };

function statusOf(hook: HookState): unknown {
  const { name, description, source, folder, handler, events, enabled, reason, needsEnv, fault } = hook;
  // Variables of its entry are all that a hook can want.
  const isLacking = enabled && reason !== undefined && fault === undefined && hook.isUnagreed !== true;
  return {
    name,
    description,
    source: source === 'bundled' ? 'openclaw-bundled' : `openclaw-${source}`,
    filePath: folder === '' ? '' : join(folder, 'HOOK.md'),
    baseDir: folder,
    handlerPath: handler ?? '',
    hookKey: name,
    events,
    unknownEvents: [],
    always: false,
    enabledByConfig: enabled,
    requirementsSatisfied: !isLacking,
    loadable: reason === undefined,
    managedByPlugin: false,
    requirements: { ...NOTHING, env: needsEnv },
    missing: { ...NOTHING, env: isLacking ? needsEnv : [] },
    configChecks: [],
    install: [],
    ...(reason === undefined ? {} : { blockedReason: reason }),
  };
}
