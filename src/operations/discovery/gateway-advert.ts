import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { fingerprintOf } from '../../gateway/http/own-certificate';
import type { RuntimeSettings } from '../../gateway/runtime-settings';
import type { Advert } from './mdns';

const SSH_PORT = '22';

/** What the network is told of this gateway. The full mode also says where its program is, and where SSH listens. */
export function gatewayAdvert(
  { tls }: Pick<RuntimeSettings, 'tls'>,
  port: number,
  mode: 'minimal' | 'full',
  executable: string,
): Advert {
  const machine = hostname().split('.')[0] ?? 'openclaw';
  const host = `${machine}.local`;
  return {
    name: `${machine} (OpenClaw)`,
    host,
    port,
    txt: {
      role: 'gateway',
      gatewayPort: String(port),
      lanHost: host,
      displayName: machine,
      transport: 'gateway',
      ...(tls ? { gatewayTls: '1', gatewayTlsSha256: fingerprintOf(tls.cert).replaceAll(':', '').toLowerCase() } : {}),
      ...(mode === 'full' ? { cliPath: resolve(executable), sshPort: SSH_PORT } : {}),
    },
  };
}
