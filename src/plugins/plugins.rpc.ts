import { Injectable } from '@nestjs/common';
import { foldText } from '../common/fold-text';
import { Int, OneOf, Opt, Str, Text } from '../common/validation/fields';
import { NoParams } from '../rpc/no-params.dto';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { type PluginReport, Plugins } from './plugins.service';

const PAGE = 50;

export class PluginsBrowseParams {
  @Opt() @Str({ max: 200 }) query?: string;
  @Opt() @Text({ max: 64 }) searchSource?: string;
  @Opt() @OneOf(['all', 'bundled', 'trending', 'official', 'featured']) intent?: string;
  @Opt() @Text({ max: 64 }) category?: string;
  @Opt() @Text({ max: 64 }) cursor?: string;
  @Opt() @Int({ min: 1, max: 100 }) pageSize?: number;
}

@Injectable()
export class PluginsRpc {
  constructor(private readonly plugins: Plugins) {}

  @RpcMethod({
    name: 'plugins.list',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Plugins: what they bring, whether they run, and why not.',
  })
  list(): { plugins: PluginReport[]; diagnostics: unknown[]; mutationAllowed: boolean } {
    const plugins = this.plugins.report();
    return {
      plugins,
      diagnostics: plugins.flatMap(({ id, state, reason }) =>
        state === 'faulty' ? [{ pluginId: id, level: 'error', message: reason ?? 'no reason given' }] : [],
      ),
      // They are put in and taken out at the command line, where their files are looked at.
      mutationAllowed: false,
    };
  }

  @RpcMethod({
    name: 'plugins.catalog.browse',
    scope: 'operator.read',
    params: PluginsBrowseParams,
    summary: 'Plugins of this gateway as a catalogue shows them. There is no list of plugins of others here.',
  })
  browse({ query = '', intent = 'all', category, pageSize = PAGE, cursor }: PluginsBrowseParams): unknown {
    const from = Number(cursor ?? 0);
    if (!Number.isSafeInteger(from) || from < 0)
      throw invalidRequest('invalid plugins.catalog.browse params: cursor must be the nextCursor of an answer');
    const words = foldText(query.trim());
    const found =
      intent !== 'all' || category !== undefined
        ? []
        : this.plugins
            .report()
            .filter(({ id, name, description }) => foldText(`${id} ${name} ${description}`).includes(words));
    const next = from + pageSize;
    return {
      items: found.slice(from, next).map(itemOf),
      ...(next < found.length ? { nextCursor: String(next) } : {}),
    };
  }
}

/** A plugin by the names of OpenClaw's catalogue. */
const itemOf = ({ id, name, description, version, enabled, state }: PluginReport): unknown => ({
  id: `local_${Buffer.from(id).toString('base64url')}`,
  catalog: {
    name,
    ...(description === '' ? {} : { summary: description }),
    official: false,
    categories: [],
    ...(version === null ? {} : { latestVersion: version }),
  },
  local: {
    present: true,
    installed: true,
    enabled,
    state: state === 'faulty' ? 'error' : enabled ? 'enabled' : 'disabled',
    pluginId: id,
    // It is put in and taken out at the command line, where its files are looked at.
    action: 'unavailable',
  },
});
