import type { Changes } from '../../gateway/write-settings';
import { connecting } from '../../kit/channels/platforms';
import type { Plan, Secrets } from './plan';

/** @param provider of the plan; undefined while none is chosen */
export function changesOf(
  plan: Plan,
  { apiKey: typed, credentials }: Secrets,
  chosen: { baseUrl: string; isLocal?: boolean } | undefined,
): Changes {
  const { baseUrl = '', isLocal = false } = chosen ?? {};
  const apiKey = isLocal ? '' : typed;
  const { provider, model, name, workspace, channel } = plan;
  const platform = channel === 'none' ? { secrets: {}, patch: {} } : connecting(channel, credentials);
  const keyName = `${provider}-api-key`;
  const hasKey = provider !== '' && apiKey !== '';
  const defaults = {
    ...(provider === '' ? {} : { model: { primary: `${provider}/${model}` } }),
    ...(workspace.trim() === '' ? {} : { workspace: workspace.trim() }),
  };
  const patch = {
    ...(isLocal ? { models: { providers: { [provider]: { baseUrl, api: 'openai-completions' } } } } : {}),
    ...(hasKey ? { models: { providers: { [provider]: { baseUrl, apiKey: `\${secret:${keyName}}` } } } } : {}),
    ...(Object.keys(defaults).length > 0 ? { agents: { defaults } } : {}),
    ...(name.trim() === '' ? {} : { ui: { assistant: { name: name.trim() } } }),
    ...platform.patch,
  };
  return { secrets: { ...(hasKey ? { [keyName]: apiKey } : {}), ...platform.secrets }, patch };
}
