import { type ClassRef, fieldsOf } from '../../src/common/validation/field-registry';
import { describeDtoProblems, findDtoProblems } from '../../src/common/validation/validate-dto';
import { NodePairRequestParams, NodeRenameParams } from '../../src/gateway/devices/device.dto';
import { AgentParams, ChatSendParams } from '../../src/agent/chat/chat.dto';
import { NodeInvokeParams } from '../../src/nodes/nodes.dto';
import { ConnectParams } from '../../src/gateway/protocol/connect.dto';

/** Paths of texts and lists below a class that may be as long as a frame. */
function endless(cls: ClassRef, path = ''): string[] {
  return [...fieldsOf(cls)].flatMap(([name, { nested, schema = {} }]) => {
    const here = `${path}/${name}`;
    if (nested) return endless(nested(), here);
    const { type, maxLength, maxItems, items, enum: values } = schema as Record<string, unknown>;
    const isEndlessText = type === 'string' && maxLength === undefined && values === undefined;
    const isEndlessList =
      type === 'array' && (maxItems === undefined || (items as { maxLength?: number }).maxLength === undefined);
    return isEndlessText || isEndlessList ? [here] : [];
  });
}

const CONNECT = {
  minProtocol: 3,
  maxProtocol: 4,
  client: { id: 'cli', version: '1', platform: 'linux', mode: 'cli' },
};

describe('what a device says of itself when it connects or asks to be paired', () => {
  it.each([
    ['connect', ConnectParams],
    ['node.pair.request', NodePairRequestParams],
    ['node.rename', NodeRenameParams],
  ])('has an end in every field of %s', (_, cls) => {
    expect(fieldsOf(cls).size).toBeGreaterThan(0);
    expect(endless(cls)).toEqual([]);
  });

  it.each<[string, object]>([
    ['/client/displayName', { client: { ...CONNECT.client, displayName: 'n'.repeat(60_000) } }],
    ['/client/platform', { client: { ...CONNECT.client, platform: '👩‍👩‍👧'.repeat(1000) } }],
    ['/device/id', { device: { id: 'd'.repeat(5000), publicKey: 'k', signature: 's', signedAt: 1 } }],
    ['/commands', { commands: ['c'.repeat(5000)] }],
    ['/caps', { caps: Array.from({ length: 1000 }, () => 'c') }],
    ['/scopes', { scopes: ['operator.read'.repeat(100)] }],
    ['/auth/token', { auth: { token: 't'.repeat(50_000) } }],
  ])('is refused by the name of the field: %s', (field, more) => {
    expect(findDtoProblems(ConnectParams, CONNECT)).toEqual([]);
    const told = describeDtoProblems(findDtoProblems(ConnectParams, { ...CONNECT, ...more }));
    expect(told).toContain(field);
    expect(told.length).toBeLessThan(500);
  });

  it('and so have the keys by which requests are known again', () => {
    const limits = [ChatSendParams, AgentParams, NodeInvokeParams].flatMap((cls) =>
      ['idempotencyKey', 'sessionKey'].flatMap((name) => {
        const field = fieldsOf(cls).get(name);
        return field ? [field.schema?.['maxLength']] : [];
      }),
    );
    expect(limits.length).toBeGreaterThanOrEqual(4);
    for (const limit of limits) expect(limit).toBeLessThanOrEqual(512);
  });
});
