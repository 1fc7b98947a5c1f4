import { type AddressInfo, createServer } from 'node:net';
import { whyUnreachable } from './reach';

describe('whether something can be reached', () => {
  it('is told rightly where this process was busy for longer than it waits', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const asked = whyUnreachable('127.0.0.1', port, 5);
      const until = performance.now() + 100;
      while (performance.now() < until);
      expect(await asked).toBeUndefined();
    } finally {
      server.close();
    }
    expect(await whyUnreachable('127.0.0.1', port, 5000)).toBe('ECONNREFUSED');
  });
});
