import type { OpenclawConfig } from '../../config/openclaw.config';
import type { ToolContext } from '../agent-tool';
import { elevatedRefusal } from './elevated';

const refusal = (tools: object, channel = 'telegram', isOwner = true): string | undefined =>
  elevatedRefusal(
    { tools: { elevated: tools } } as OpenclawConfig,
    {
      agentId: 'main',
      isOwner,
      origin: { channel, account: 'default' },
      subject: { agentId: 'main', senders: [{ id: '5' }] },
    } as unknown as ToolContext,
  );

describe('elevated commands', () => {
  it.each<[string, object, string, boolean, string | undefined]>([
    ['a listed sender may', { allowFrom: { telegram: [5] } }, 'telegram', true, undefined],
    ['everybody listed may', { allowFrom: { telegram: ['*'] } }, 'telegram', true, undefined],
    ['nobody is listed', {}, 'telegram', true, 'allowFrom.telegram does not hold the sender'],
    ['somebody else is listed', { allowFrom: { telegram: [6] } }, 'telegram', true, 'does not hold the sender'],
    ['listed on another channel', { allowFrom: { discord: [5] } }, 'telegram', true, 'allowFrom.telegram'],
    [
      'switched off',
      { enabled: false, allowFrom: { telegram: [5] } },
      'telegram',
      true,
      'tools.elevated.enabled is false',
    ],
    ['no owner, though listed', { allowFrom: { telegram: [5] } }, 'telegram', false, 'only an owner'],
    ['the owner at the page may', {}, 'webchat', true, undefined],
    [
      'not where the page has a list without them',
      { allowFrom: { webchat: [6] } },
      'webchat',
      true,
      'allowFrom.webchat',
    ],
  ])('%s', (_, tools, channel, isOwner, expected) => {
    const told = refusal(tools, channel, isOwner);
    if (expected === undefined) expect(told).toBeUndefined();
    else expect(told).toContain(expected);
  });
});
