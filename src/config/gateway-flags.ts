import type { AuthMode, BindMode } from '../gateway/gateway.config';

/** What `gateway run` was told on the command line. Flags win over the file and survive an in-process restart. */
export class GatewayFlags {
  port?: number;
  uiPort?: number;
  bind?: BindMode;
  token?: string;
  password?: string;
  auth?: AuthMode;
  force?: boolean;
  verbose?: boolean;
  allowUnconfigured?: boolean;
}
