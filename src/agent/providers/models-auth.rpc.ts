import { Injectable } from '@nestjs/common';
import { Bool, Opt, Text } from '../../common/validation/fields';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { RpcMethod } from '../../rpc/rpc-method';
import { CredentialProfiles } from './credential-profiles.service';
import { MODEL_CATALOG } from './model-catalog';
import { wantsKey } from './model-faults';
import { ModelRegistry } from './model-registry.service';

export class ModelsAuthStatusParams {
  @Opt() @Text() agentId?: string;
  /** Taken from clients that send it: nothing here is kept between two calls. */
  @Opt() @Bool() refresh?: boolean;
  @Opt() @Bool() includeProviderCapabilities?: boolean;
}

/** Whether the providers of models have what they want to see. No key is shown. */
@Injectable()
export class ModelsAuthRpc {
  constructor(
    private readonly models: ModelRegistry,
    private readonly profiles: CredentialProfiles,
    private readonly config: ConfigService,
  ) {}

  @RpcMethod({
    name: 'models.authStatus',
    scope: 'operator.read',
    params: ModelsAuthStatusParams,
    summary: 'Providers of models that can be asked, and where their key comes from.',
  })
  status({ agentId, includeProviderCapabilities }: ModelsAuthStatusParams): unknown {
    const { config } = this.config;
    const agent = agentId ?? defaultAgentId(config);
    const places = new Map(this.models.places().map((place) => [place.provider, place]));
    const providers = [...places.values()].map((place) => {
      const { provider, apiKey } = place;
      const profiles = this.profiles.of(agent, provider).map(({ id, expires }) => ({
        profileId: id,
        type: 'api_key',
        status: 'static',
        ...(expires === undefined ? {} : { expiry: { at: expires, remainingMs: expires - Date.now() } }),
      }));
      const isConfigured = config.models?.providers?.[provider]?.apiKey !== undefined;
      return {
        provider,
        authProvider: provider,
        displayName: provider,
        status: apiKey === undefined && profiles.length === 0 && wantsKey(place) ? 'missing' : 'static',
        profiles,
        ...(apiKey === undefined ? {} : { apiKey: { source: isConfigured ? 'config' : 'env' } }),
      };
    });
    return {
      ts: Date.now(),
      providers,
      ...(includeProviderCapabilities === false
        ? {}
        : {
            providerCapabilities: MODEL_CATALOG.map(({ id }) => ({
              provider: id,
              apiKeySupported: true,
              quickApiKeySetup: true,
            })),
          }),
    };
  }
}
