import { networkInterfaces } from 'node:os';
import type { Bonjour, Service } from 'bonjour-service';

/** Service type, without underscore and protocol. */
const SERVICE = 'openclaw-gw';
const GROUP = '224.0.0.251';

export interface MdnsSettings {
  /** Address of the one network interface to use; all by default. */
  interface?: string;
  port?: number;
}

export interface Advert {
  /** Name of the instance; another one of the same name gets a number. */
  name: string;
  /** Host name that ends in `.local`. */
  host: string;
  port: number;
  txt: Readonly<Record<string, string>>;
}

/** A gateway that was found. */
export interface FoundGateway {
  name: string;
  host: string;
  port: number;
  /** IP addresses, as told by the gateway. */
  addresses: string[];
  /** What it says of itself; a stranger's words. */
  txt: Record<string, string>;
}

/**
 * Tells the local network of a gateway until the returned function is called, which says goodbye.
 * @param failed the network does not do multicast, or no longer
 */
export async function advertise(
  settings: MdnsSettings,
  { name, host, port, txt }: Advert,
  failed: (error: Error) => void,
): Promise<() => Promise<void>> {
  const bonjour = await open(settings, failed);
  bonjour.publish({ name, host, port, txt, type: SERVICE, disableIPv6: true });
  return () =>
    new Promise((resolve) => {
      // The library waits for an answer that a closed socket never gives.
      const timer = setTimeout(resolve, 500);
      bonjour.unpublishAll(() => {
        clearTimeout(timer);
        bonjour.destroy();
        resolve();
      });
    });
}

/** Listens for so many milliseconds. @throws Error when the network does no multicast */
export async function discover(settings: MdnsSettings, forMs: number): Promise<FoundGateway[]> {
  let fault: Error | undefined;
  const bonjour = await open(settings, (error) => (fault ??= error));
  const found = new Map<string, FoundGateway>();
  const browser = bonjour.find({ type: SERVICE }, ({ fqdn, name, host, port, addresses, txt }: Service) =>
    found.set(fqdn, { name, host, port, addresses: addresses ?? [], txt: { ...(txt as Record<string, string>) } }),
  );
  await new Promise((resolve) => setTimeout(resolve, forMs));
  browser.stop();
  bonjour.destroy();
  if (fault && found.size === 0) throw fault;
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** @throws Error for an interface that this machine does not have */
async function open(settings: MdnsSettings, failed: (error: Error) => void): Promise<Bonjour> {
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  if (settings.interface !== undefined && !own.includes(settings.interface))
    throw new Error(
      `discovery.mdns.interface "${settings.interface}" is not an address of this machine: ${own.join(', ')}`,
    );
  const { Bonjour } = await import('bonjour-service');
  const options = {
    ...(settings.interface === undefined ? {} : { interface: settings.interface, bind: GROUP }),
    ...(settings.port === undefined ? {} : { port: settings.port }),
  };
  return new Bonjour(options as never, failed);
}
