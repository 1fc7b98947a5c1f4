import { mkdir, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { lastWordsOf } from '../../common/last-words';
import { childEnvironment } from '../sandbox/child-environment';
import type { McpServerConfig } from './mcp.config';

/** Bytes at the end of what a program has written to its standard error. */
const MAX_SAID = 2000;

export interface McpTransport {
  transport: Transport;
  /** What the server's program last wrote to its standard error. */
  said(): string;
}

/**
 * The way to a server, not opened yet.
 * @param folder where its program runs unless the configuration names a folder; made where it is missing
 */
export async function mcpTransport(
  server: McpServerConfig,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<McpTransport> {
  if (server.url) return { transport: await overHttp(server.url, server.headers), said: () => '' };
  if (!server.command) throw new Error('it needs command or url');
  const cwd = server.cwd ?? folder;
  if (server.cwd === undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  else if (!(await isFolder(server.cwd))) throw new Error(`cwd "${server.cwd}" is not a folder`);
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const transport = new StdioClientTransport({
    command: server.command,
    args: server.args ?? [],
    env: { ...childEnvironment(env), ...server.env },
    cwd,
    stderr: 'pipe',
  });
  return { transport, said: lastWordsOf(transport.stderr as Readable | null, MAX_SAID) };
}

async function overHttp(url: string, headers: McpServerConfig['headers']): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const { origin } = new URL(url);
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    // The operator named this origin; nothing else is talked to, whatever the server says.
    fetch: (asked, init) => {
      if (new URL(asked).origin !== origin) throw new Error(`the server sent us to ${String(asked)}`);
      return fetch(asked, { ...init, redirect: 'error' });
    },
  }) as Transport;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
