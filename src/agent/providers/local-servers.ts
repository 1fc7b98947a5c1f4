import { connect } from 'node:net';
import { LOCAL_SERVERS } from './model-catalog';

const PROBE_TIMEOUT_MS = 250;

export interface LocalServer {
  id: string;
  name: string;
  baseUrl: string;
  models: string[];
}

/**
 * Looks for OpenAI-compatible servers on loopback. A refused connection answers at once, so this costs nothing where
 * none runs.
 * @param ownPorts ports that are ours and must not be asked
 */
export async function findLocalServers(
  ownPorts: readonly number[],
  servers: readonly { id: string; name: string; baseUrl: string }[] = LOCAL_SERVERS,
): Promise<LocalServer[]> {
  const candidates = servers.filter((server) => !ownPorts.includes(Number(new URL(server.baseUrl).port)));
  const found = await Promise.all(candidates.map(probe));
  return found.filter((server): server is LocalServer => server !== undefined);
}

async function probe(server: { id: string; name: string; baseUrl: string }): Promise<LocalServer | undefined> {
  // Where nobody listens, which is most often, Node's HTTP client need not be loaded.
  if (!(await listens(new URL(server.baseUrl)))) return undefined;
  try {
    const response = await fetch(`${server.baseUrl}/models`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      redirect: 'error',
    });
    if (!response.ok) return undefined;
    const body = (await response.json()) as { object?: unknown; data?: unknown };
    if (!Array.isArray(body.data)) return undefined;
    const models = body.data
      .map((entry: unknown) => (entry as { id?: unknown }).id)
      .filter((id): id is string => typeof id === 'string' && !/embed/i.test(id));
    return models.length > 0 ? { ...server, models } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether something takes connections at the address. */
function listens({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: PROBE_TIMEOUT_MS });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
