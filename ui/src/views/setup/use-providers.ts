import { t } from '@lingui/core/macro';
import { useLive } from '../../gateway/use-live';

export interface Provider {
  id: string;
  name: string;
  baseUrl: string;
  keyMarks: string[];
  defaultModel: string;
  models: { id: string; name: string }[];
  hasKey: boolean;
  /** A server on the gateway's machine, which answers now and needs no key. */
  isLocal?: boolean;
}

interface LocalServer {
  id: string;
  name: string;
  baseUrl: string;
  models: string[];
}

interface Providers {
  /** Those that answer on the gateway's machine first. */
  providers: readonly Provider[] | undefined;
  error: string | undefined;
  refresh(): void;
}

/** Whose models can be chosen: known by name, or found on the gateway's machine. */
export function useProviders(): Providers {
  const { data, error, refresh } = useLive<{ providers: Provider[] }>(['models.catalog']);
  const { data: local } = useLive<{ servers: LocalServer[] }>(['models.local'], { everyMs: 5000 });
  const found = (local?.servers ?? []).map(({ id, name, baseUrl, models }) => ({
    id,
    name: t`${name}, on this machine`,
    baseUrl,
    keyMarks: [],
    defaultModel: models[0] ?? '',
    models: models.map((model) => ({ id: model, name: model })),
    hasKey: false,
    isLocal: true,
  }));
  return { providers: data && [...found, ...data.providers], error, refresh };
}
