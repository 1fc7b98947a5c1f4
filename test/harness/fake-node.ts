import { TestDevice, WireClient, connectParams } from './wire-client';

export interface NodeFacts {
  platform: string;
  displayName: string;
  commands: readonly string[];
  caps?: readonly string[];
}

/** A paired node on a real socket that answers what it is asked. */
export class FakeNode {
  private seen = 0;
  private readonly serving: NodeJS.Timeout;

  private constructor(
    readonly client: WireClient,
    private readonly answer: (command: string, params: unknown) => unknown,
  ) {
    this.serving = setInterval(() => this.serve(), 10);
  }

  /**
   * @param owner approves the pairing
   * @param more parts of its `connect`
   */
  static async connect(
    url: string,
    owner: WireClient,
    { platform, displayName, commands, caps = ['system'] }: NodeFacts,
    answer: (command: string, params: unknown) => unknown,
    more: Record<string, unknown> = {},
  ): Promise<FakeNode> {
    const device = new TestDevice();
    const params = connectParams({
      role: 'node',
      client: { id: 'node-host', version: '1', platform, mode: 'node', displayName },
      caps,
      commands,
      ...more,
    });
    const asking = await WireClient.open(url);
    const refused = await asking.call('connect', device.sign('v3', asking.nonce, params));
    if (!refused.ok) {
      const pending = (await owner.call('device.pair.list', {})).payload?.['pending'] as { requestId: string }[];
      await owner.call('device.pair.approve', { requestId: pending[0]?.requestId });
    }
    asking.close();
    const client = await WireClient.open(url);
    const hello = await client.call('connect', device.sign('v3', client.nonce, params));
    if (hello.error) throw new Error(hello.error.message);
    return new FakeNode(client, answer);
  }

  close(): void {
    clearInterval(this.serving);
    this.client.close();
  }

  private serve(): void {
    for (; this.seen < this.client.frames.length; this.seen++) {
      const frame = this.client.frames[this.seen];
      if (frame?.event !== 'node.invoke.request') continue;
      const { id, nodeId, command, paramsJSON } = frame.payload as Record<string, string>;
      const params = paramsJSON ? (JSON.parse(paramsJSON) as unknown) : undefined;
      void this.client.call('node.invoke.result', {
        id,
        nodeId,
        ok: true,
        payload: this.answer(command ?? '', params),
      });
    }
  }
}
