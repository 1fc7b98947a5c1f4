import type { OpenclawConfig } from '../config/openclaw.config';
import { ApiError } from './api-error';

export type Endpoint = 'chatCompletions' | 'responses';

const KEY = 'gateway.http.endpoints';

export const isOn = (config: OpenclawConfig, endpoint: Endpoint): boolean =>
  config.gateway?.http?.endpoints?.[endpoint]?.enabled === true;

/** What a request to an endpoint that is off is told: that it is there, and how it is turned on. */
export function switchedOff(path: string, endpoints: readonly Endpoint[]): ApiError {
  const [first] = endpoints;
  const keys = endpoints.map((endpoint) => `${KEY}.${endpoint}.enabled`).join(' or ');
  return new ApiError(
    404,
    `${path} is turned off (${keys} is not true); turn it on with: openclaw config set ${KEY}.${first ?? ''}.enabled true`,
    'not_found',
    { code: 'endpoint_disabled' },
  );
}
