import type { ConfigService } from '../../config/config.service';
import { type ModelRegistry, offlineModel } from '../providers/model-registry.service';
import type { LaneService } from '../turns/lane.service';
import { SessionRows } from './session-rows.service';

/** Rows where each agent has the model of its name, and `lost` one that nobody knows. */
function rowsOf(usual: string): SessionRows {
  const config = { config: { agents: { list: [{ id: usual, default: true }, { id: 'other' }] } } };
  const models = {
    resolve: (agentId: string) => {
      if (agentId === 'lost') throw new Error('there is no such model');
      return { info: { ...offlineModel(), id: agentId, contextWindow: 7 }, layer: '' };
    },
  };
  const lanes = { activeRunNames: () => [] };
  return new SessionRows(
    config as unknown as ConfigService,
    models as unknown as ModelRegistry,
    lanes as unknown as LaneService,
  );
}

const entryOf = (agentId: string): Parameters<SessionRows['row']>[0] => ({
  key: `agent:${agentId}:main`,
  ...{ agentId, sessionId: 'id', createdAt: 1, updatedAt: 2 },
});

describe('rows of sessions', () => {
  it('say how much a model can think only where it is not that of the list', () => {
    const rows = rowsOf('main');
    expect(rows.row(entryOf('main'))).not.toHaveProperty('thinkingDefault');
    expect(rows.row(entryOf('other'))).toMatchObject({ model: 'other', thinkingDefault: expect.any(String) as string });
  });

  it('know the model of an agent where that of the usual one is lost', () => {
    const rows = rowsOf('lost');
    expect(rows.row(entryOf('other'))).toMatchObject({ model: 'other', contextTokens: 7 });
    expect(rows.row(entryOf('lost'))).not.toHaveProperty('model');
  });
});
