import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** Lies between a gateway and a server, and can cut what goes through it. */
export class CuttingProxy {
  private readonly pairs = new Set<[Socket, Socket]>();
  private refusing = false;
  /** Called with each piece that a client sends, before it is passed on; `cut` ends that connection instead. */
  inspect: (sent: string) => 'pass' | 'cut' | 'pass-then-cut' = () => 'pass';

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (client) => this.serve(client));
  }

  static async before(host: string, port: number): Promise<CuttingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new CuttingProxy(server, { host, port });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Cuts every connection; new ones are refused until {@link resume}. */
  outage(): void {
    this.refusing = true;
    for (const [client, upstream] of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  resume(): void {
    this.refusing = false;
  }

  async stop(): Promise<void> {
    this.outage();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(client: Socket): void {
    if (this.refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(this.target);
    const pair: [Socket, Socket] = [client, upstream];
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) {
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (data) => {
      const verdict = this.inspect(data.toString('latin1'));
      if (verdict === 'cut') return end();
      if (verdict === 'pass-then-cut') {
        // The server gets it; what it answers is lost.
        client.destroy();
        upstream.end(data);
        return;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
  }
}
