import { mcpToolFacts, mcpToolName } from './mcp-tool';

describe('names of tools of MCP servers', () => {
  it('are told apart where cleaning or cutting makes them alike', () => {
    const taken = new Set<string>();
    for (const tool of ['Get It', 'get it', 'get_it', 'x'.repeat(90), `${'x'.repeat(90)}y`])
      taken.add(mcpToolName('s', tool, taken));
    expect(taken.size).toBe(5);
    for (const name of taken) expect(name).toMatch(/^[a-z0-9_-]{1,64}$/);
  });

  it('stay what they are where nothing is alike', () => {
    expect(mcpToolName('notes', 'look_up')).toBe('mcp__notes__look_up');
  });
});

describe('what a server says of a tool', () => {
  it.each([[null], ['x'], [{}], [{ name: '' }], [{ name: 5 }]])('makes no sense as %j', (listed) => {
    expect(mcpToolFacts(listed)).toBeUndefined();
  });

  it('is taken as far as it makes sense', () => {
    expect(mcpToolFacts({ name: 'a', description: 5, inputSchema: [], annotations: 'x' })).toEqual({
      name: 'a',
      inputSchema: {},
    });
  });
});
