import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLoggerFactory } from '../../src/common/logger';
import { Redactor } from '../../src/common/redactor';
import { ToolError } from '../../src/tools/agent-tool';
import { WorkspaceFiles } from '../../src/tools/files/workspace-files';
import { ToolCallPort } from '../../src/events/tool-call-port';
import { ToolExecutor } from '../../src/tools/tool-executor.service';

describe('errors of tools', () => {
  let base: string;
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'openclaw-guest-')));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  /** What a tool that works on a file tells somebody who may or may not own the gateway. */
  const told = async (path: string, isOwner: boolean): Promise<string> => {
    const workspace = join(base, 'guests', 'one');
    mkdirSync(workspace, { recursive: true });
    writeFileSync(join(workspace, 'here'), 'text');
    const handler = {
      execute: async () => {
        await new WorkspaceFiles([workspace]).readText(path);
        throw new ToolError('failed', `${join(workspace, path)} and ${join(base, 'openclaw.json')}`);
      },
    };
    const tool = { declaration: { name: 'read', params: Object, origin: 'gateway' }, handler, foreignSchema: {} };
    const executor = new ToolExecutor(
      { find: () => tool } as never,
      { evaluate: () => ({ allowed: true }) } as never,
      { pass: () => Promise.resolve() } as never,
      { check: () => Promise.resolve() } as never,
      new Redactor(),
      new ToolCallPort(),
      new SilentLoggerFactory(),
    );
    const subject = { agentId: 'main', isOwner };
    const context = { workspace, subject, isOwner, signal: new AbortController().signal, provenance: { origins: [] } };
    return JSON.stringify(await executor.execute('read', { path }, context as never));
  };

  it('tell a guest nothing of where their folder lies', async () => {
    for (const path of ['here', '../../openclaw.json', 'nothing', '.', 'a/../..', '../one/x'])
      expect([path, await told(path, false)]).toEqual([path, expect.not.stringContaining(base)]);
    // Where the folders around it are named, it says how to get there from its own.
    expect(await told('here', false)).toContain('./here and ../../openclaw.json');
    expect(await told('../x', false)).toContain('../x is outside the workspace; use');
    expect(await told('here', true)).toContain(base);
  });
});
