import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../agent-tool';
import { privateAddressReason } from '../../common/net/address';
import { matchesHost } from '../../common/net/host';
import { type AddressGuard, GuardedProxy } from '../web/guarded-proxy';

/** A way from one sandboxed command to a few hosts. */
export interface WayOut {
  /** Path of the proxy's socket. */
  socket: string;
  close(): void;
}

const PORTS = new Set([80, 443]);

/**
 * Opens a proxy for these hosts, or for any public one, and the ports of the web.
 * @param guard refuses private addresses
 */
export async function openWayOut(hosts: readonly string[] | 'any', guard: AddressGuard): Promise<WayOut> {
  const folder = await mkdtemp(join(tmpdir(), 'openclaw-way-'));
  const socket = join(folder, 'proxy.sock');
  const proxy = await GuardedProxy.start((host, port) => {
    if (hosts !== 'any' && !matchesHost(host, hosts))
      throw new ToolError('blocked_address', `${host} is not declared by the skill`);
    return guardPort(guard, host, port);
  }, socket);
  return {
    socket,
    close: () => {
      proxy.stop();
      void rm(folder, { recursive: true, force: true });
    },
  };
}

async function guardPort(guard: AddressGuard, host: string, port: number): Promise<string> {
  const address = await guard(host, port);
  // Other ports only where the operator has opened this very origin; private addresses pass for no other reason.
  if (!PORTS.has(port) && privateAddressReason(address) === undefined)
    throw new ToolError('blocked_address', `port ${port} is not of the web`);
  return address;
}
