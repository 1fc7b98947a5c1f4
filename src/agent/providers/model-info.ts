import type { ModelApi, ModelCompatConfig } from './models.config';

/** Everything needed to call one model. */
export interface ModelInfo {
  provider: string;
  id: string;
  name: string;
  api: ModelApi | 'offline';
  baseUrl: string;
  apiKey?: string;
  /** Credential that the key belongs to, where there are several. */
  profile?: string;
  /** Credential that a person asked for by `@profile`. */
  pinnedProfile?: string;
  /** Sends the key as `Authorization: Bearer` where the provider's own header differs. */
  authHeader?: boolean;
  headers: Record<string, string>;
  contextWindow: number;
  /** Neither the configuration nor the built-in list states the window. */
  isUnstated?: true;
  maxTokens: number;
  reasoning: boolean;
  /** How much it thinks is said as an effort, not as a number of tokens. */
  effort?: true;
  input: readonly string[];
  cost: { input: number; output: number; cacheRead: number; cacheWrite: number };
  compat?: ModelCompatConfig;
}

export interface ResolvedModel {
  info: ModelInfo;
  /** Which layer chose it, for `explain`. */
  layer: string;
}
