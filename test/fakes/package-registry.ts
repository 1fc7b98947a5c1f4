import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { tarEntry, tarOf } from '../harness/archive-liars';

export interface RegistryPackage {
  version: string;
  files: Record<string, string>;
  /** What the registry says of it besides, such as its dependencies. */
  facts?: Record<string, unknown>;
  /** Where its archive is said to be; here by default. */
  tarball?: string;
  /** Where a request for its archive is sent on to. */
  redirect?: string;
}

/** A registry of packages, as npm talks to one: documents by name, archives by address; anything else is not found. */
export class PackageRegistry {
  readonly asked: string[] = [];
  readonly packages = new Map<string, RegistryPackage>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => this.answer(request, response));
  }

  static async start(): Promise<PackageRegistry> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new PackageRegistry(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private answer({ url = '', headers: { host = '' } }: IncomingMessage, response: ServerResponse): void {
    this.asked.push(url);
    const [, name = '', isArchive] = /^\/((?:@[^/]+\/)?[^/]+)(\/-\/[^/]+\.tgz)?$/.exec(decodeURIComponent(url)) ?? [];
    const known = this.packages.get(name);
    if (!known) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
    } else if (isArchive !== undefined && known.redirect !== undefined) {
      response.writeHead(302, { location: known.redirect }).end();
    } else if (isArchive !== undefined) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(archiveOf(name, known));
    } else {
      const { version, facts } = known;
      const archive = archiveOf(name, known);
      const dist = {
        tarball: known.tarball ?? `http://${host}/${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`,
        shasum: createHash('sha1').update(archive).digest('hex'),
        integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          name,
          'dist-tags': { latest: version },
          versions: { [version]: { name, version, ...facts, dist } },
        }),
      );
    }
  }
}

const archiveOf = (name: string, { version, files, facts }: RegistryPackage): Buffer =>
  gzipSync(
    tarOf(
      ...Object.entries({ 'package.json': JSON.stringify({ name, version, ...facts }), ...files }).map(([path, text]) =>
        tarEntry({ name: `package/${path}` }, text),
      ),
    ),
  );
