import { connect } from 'node:net';

/**
 * Tries to connect and sends nothing.
 * @returns why no connection comes about: the code of the system, or that it took too long; undefined where it does
 */
export function whyUnreachable(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const end = (reason?: string): void => {
      socket.destroy();
      resolve(reason);
    };
    // What has come about while this process was busy is waiting to be told, and is told first.
    socket.setTimeout(timeoutMs, () => setImmediate(() => end(`no connection within ${timeoutMs} ms`)));
    socket.once('connect', () => end());
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
