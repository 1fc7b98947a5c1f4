import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Repositories over https, answered by git's own program for that; some are sent on to elsewhere. */
export class GitServer {
  readonly asked: string[] = [];
  /** Name of a repository → origin that a request for it is sent on to. */
  readonly redirects = new Map<string, string>();

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
  ) {
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'https://git');
      this.asked.push(url.pathname);
      const elsewhere = this.redirects.get(url.pathname.split('/')[1] ?? '');
      if (elsewhere !== undefined) {
        response.writeHead(302, { location: `${elsewhere}${request.url}` }).end();
        return;
      }
      const backend = spawn('git', ['http-backend'], {
        env: {
          PATH: process.env['PATH'] ?? '',
          GIT_PROJECT_ROOT: this.folder,
          GIT_HTTP_EXPORT_ALL: '1',
          PATH_INFO: url.pathname,
          QUERY_STRING: url.search.slice(1),
          REQUEST_METHOD: request.method ?? 'GET',
          CONTENT_TYPE: request.headers['content-type'] ?? '',
          HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
          GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        },
      });
      request.pipe(backend.stdin);
      const chunks: Buffer[] = [];
      backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      backend.once('close', () => {
        const all = Buffer.concat(chunks);
        const end = all.indexOf('\r\n\r\n');
        const lines = all.subarray(0, end).toString().split('\r\n');
        const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
        response.writeHead(Number.parseInt(headers['Status'] ?? '200', 10), headers).end(all.subarray(end + 4));
      });
    });
  }

  /** @param folder with bare repositories @param keys where its certificate is put */
  static async start(folder: string, keys: string): Promise<GitServer> {
    const [key, certificate] = [join(keys, 'key.pem'), join(keys, 'certificate.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
        ...['-subj', '/CN=127.0.0.1', '-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new GitServer(server, folder);
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
