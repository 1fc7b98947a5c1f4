import { defaultAgentId } from '../../../config/agent-entries';
import { modelChoiceOf } from '../../model-choice.config';
import { CredentialFile, agentFolder, credentialFilePath } from '../credential-file';
import type { LocalModels } from '../local-registry';
import { MODEL_CATALOG } from '../model-catalog';
import { type NamedModel, wantsKey } from '../model-faults';
import type { ModelInfo } from '../model-info';
import { chosenModels, keyEnd } from './models-view';

/** Credentials that end sooner than this are told as such. */
const EXPIRES_SOON_MS = 24 * 60 * 60_000;

interface Credential {
  profileId: string;
  provider: string;
  type: string;
  status: 'static' | 'ok' | 'expiring' | 'expired';
  expiresAt?: number;
  remainingMs?: number;
}

/** Which models are used and what they are called with, for programs. Of a key only its end is shown. */
export function modelsStatusView(local: LocalModels, named: readonly NamedModel[]): object {
  const { config, registry } = local;
  const agentId = defaultAgentId(config.config);
  const { fallbacks, imagePrimary, imageFallbacks, aliases, allowed } = chosenModels(config.config);
  const resolved = named.find(({ what }) => what === `the model of ${agentId}`)?.info;
  const resolvedDefault = resolved ? `${resolved.provider}/${resolved.id}` : null;
  const storePath = credentialFilePath(config.config, config.stateDir, agentId);
  const credentials = credentialsOf(new CredentialFile(storePath));
  const used = named.map(({ info }) => info);
  return {
    configPath: config.path,
    agentId,
    agentDir: agentFolder(config.config, config.stateDir, agentId),
    defaultModel: modelChoiceOf(config.config.agents?.defaults?.model).primary ?? resolvedDefault,
    resolvedDefault,
    fallbacks,
    imageModel: imagePrimary ?? null,
    imageFallbacks,
    aliases,
    allowed,
    auth: {
      storePath,
      providersWithOAuth: tally(credentials.filter(({ type }) => type !== 'api_key')),
      missingProvidersInUse: unique(
        used.filter((info) => isMissing(info, credentials)).map(({ provider }) => provider),
      ),
      providers: unique([
        ...used.map(({ provider }) => provider),
        ...registry.places().map(({ provider }) => provider),
        ...credentials.map(({ provider }) => provider),
      ])
        .sort()
        .map((provider) => providerView(provider, local, storePath, credentials)),
      unusableProfiles: credentials
        .filter(({ status }) => status === 'expired')
        .map(({ profileId, provider, expiresAt }) => ({ profileId, provider, kind: 'expired', expiredAt: expiresAt })),
      oauth: {
        warnAfterMs: EXPIRES_SOON_MS,
        profiles: credentials.filter(({ type }) => type !== 'api_key'),
        providers: unique(credentials.map(({ provider }) => provider)).map((provider) => {
          const profiles = credentials.filter((each) => each.provider === provider);
          return { provider, status: worstOf(profiles), profiles };
        }),
      },
    },
  };
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

function credentialsOf(file: CredentialFile, now = Date.now()): Credential[] {
  return Object.entries(file.profiles).map(([profileId, { provider, type, expires }]) => {
    if (typeof expires !== 'number') return { profileId, provider, type, status: 'static' };
    const remainingMs = expires - now;
    const status = remainingMs <= 0 ? 'expired' : remainingMs < EXPIRES_SOON_MS ? 'expiring' : 'ok';
    return { profileId, provider, type, status, expiresAt: expires, remainingMs };
  });
}

const BEST_FIRST: readonly Credential['status'][] = ['static', 'ok', 'expiring', 'expired'];

const worstOf = (credentials: readonly Credential[]): Credential['status'] =>
  credentials.map(({ status }) => status).sort((a, b) => BEST_FIRST.indexOf(b) - BEST_FIRST.indexOf(a))[0] ?? 'static';

const tally = (credentials: readonly Credential[]): string[] =>
  unique(credentials.map(({ provider }) => provider)).map(
    (provider) => `${provider} (${credentials.filter((each) => each.provider === provider).length})`,
  );

const isMissing = (info: ModelInfo, credentials: readonly Credential[]): boolean =>
  info.apiKey === undefined &&
  wantsKey(info) &&
  !credentials.some(({ provider, status }) => provider === info.provider && status !== 'expired');

function providerView(
  provider: string,
  { config, registry }: LocalModels,
  storePath: string,
  credentials: readonly Credential[],
): object {
  const profiles = credentials.filter((each) => each.provider === provider);
  const count = (type: string): number => profiles.filter((each) => each.type === type).length;
  const place = registry.places().find((each) => each.provider === provider);
  const isConfigured = config.config.models?.providers?.[provider]?.apiKey !== undefined;
  const variable = MODEL_CATALOG.find(({ id }) => id === provider)?.keyVariables.find(
    (name) => config.env.get(name) !== undefined,
  );
  const value = place?.apiKey === undefined ? undefined : keyEnd(place.apiKey);
  const isUsable = profiles.some(({ status }) => status !== 'expired');
  const effective = isUsable
    ? { kind: 'profiles', detail: storePath }
    : value !== undefined
      ? { kind: isConfigured ? 'models.json' : 'env', detail: value }
      : place && wantsKey(place)
        ? { kind: 'missing', detail: 'missing' }
        : { kind: 'synthetic', detail: 'none needed' };
  return {
    provider,
    effective,
    profiles: {
      count: profiles.length,
      oauth: count('oauth'),
      token: count('token'),
      apiKey: count('api_key'),
      labels: profiles.map(({ profileId }) => profileId),
    },
    ...(value !== undefined && isConfigured ? { modelsJson: { value, source: `configuration: ${config.path}` } } : {}),
    ...(value !== undefined && !isConfigured && variable !== undefined
      ? { env: { value, source: `env: ${variable}` } }
      : {}),
  };
}
