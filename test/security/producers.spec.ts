import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { buildSections } from '../../src/agent/prompt/system-prompt';
import { CONTENT_ORIGINS, type ContentOrigin } from '../../src/common/content-parts';
import { pluginTool } from '../../src/plugins/plugin-tool';
import { agentToolOf } from '../../src/tools/agent-tool';
import { mcpTool } from '../../src/tools/mcp/mcp-tool';
import type { RegisteredTool } from '../../src/tools/tool-registry.service';
import { ToolCallPort } from '../../src/events/tool-call-port';
import { ToolExecutor } from '../../src/tools/tool-executor.service';

const root = resolve(__dirname, '../..');
const ORIGINS: ReadonlySet<string> = new Set(CONTENT_ORIGINS);

/**
 * Every file of the product that builds text or pictures (`parts`) or a system prompt (`system`), or that names an origin.
 * What adds to it says here whose words it brings, and has a test below or in the specs of its feature that shows it.
 */
const PRODUCERS: Readonly<Record<string, string>> = {
  'agent/turns/program-functions.ts': 'owner',
  'bridges/acp/acp-bridge.ts': 'parts',
  'bridges/acp/acp-content.ts': 'parts',
  // Shows what an agent of an editor says, on the terminal.
  'bridges/acp/acp-talk.ts': 'parts',
  'bridges/acp/acp-turn.ts': 'parts',
  'bridges/conversation-mcp/mcp.command.ts': 'parts',
  'http-api/chat-input.ts': 'system',
  'http-api/responses-input.ts': 'system',
  'http-api/told-content.service.ts': 'owner parts tool',
  'agent/agent-file-access.service.ts': 'workspace',
  'agent/chat/agent-intake.service.ts': 'owner',
  'agent/chat/attachments.ts': 'file owner parts web',
  'agent/chat/chat-media.service.ts': 'file',
  'agent/chat/direct-answer.service.ts': 'gateway parts',
  'agent/chat/restart-note.service.ts': 'gateway',
  'agent/commands/command-runner.service.ts': 'owner parts',
  'agent/context/compaction.service.ts': 'parts system',
  'agent/context/compaction.store.ts': 'tool',
  'agent/context/memory-flush.service.ts': 'gateway',
  'agent/context/request-pictures.ts': 'parts',
  'agent/context/summary-text.ts': 'parts',
  'agent/dialects/fit-pictures.ts': 'parts',
  'agent/dialects/fit-turns.ts': 'parts system',
  'agent/media/image-generate.tool.ts': 'gateway',
  'agent/media/image.tool.ts': 'file parts web',
  'agent/media/spoken-text.service.ts': 'parts system',
  'agent/media/tts.tool.ts': 'gateway',
  'agent/prompt/derive-prompt.ts': 'parts',
  'agent/prompt/system-prompt.ts': 'gateway owner workspace',
  'agent/prompt/workspace-texts.ts': 'workspace',
  'agent/providers/offline/offline-model.ts': 'parts',
  'agent/providers/try-model.ts': 'parts',
  'agent/runtime/model-step.service.ts': 'parts',
  'agent/runtime/output-collector.ts': 'assistant parts',
  'agent/runtime/run-announcer.ts': 'parts',
  'agent/self/gateway.tool.ts': 'gateway',
  'agent/sessions/import-session.ts': 'assistant file parts tool',
  'agent/sessions/session-archive.service.ts': 'tool workspace',
  'agent/sessions/session-status.tool.ts': 'gateway',
  'agent/sessions/sessions-history.tool.ts': 'gateway',
  'agent/sessions/sessions-list.tool.ts': 'gateway stranger',
  'agent/sessions/sessions-search.tool.ts': 'gateway parts',
  'agent/turns/ask-user.tool.ts': 'gateway parts',
  'agent/turns/turn-execution.ts': 'gateway parts system',
  'agent/turns/turn-messages.ts': 'file owner parts stranger',
  'agent/turns/turn-runner.service.ts': 'parts',
  'agent/turns/with-handover.ts': 'gateway parts',
  'channels/channel-intake.service.ts': 'owner stranger',
  'channels/message.tool.ts': 'gateway stranger',
  'channels/own-words.service.ts': 'tool unknown',
  // A token of Markdown.
  'common/markdown/deep-nesting.ts': 'parts',
  'automation/cron/cron.rpc.ts': 'owner',
  'automation/cron/cron-reports.service.ts': 'tool',
  'automation/cron/cron.store.ts': 'owner stranger',
  'automation/cron/cron.tool.ts': 'gateway',
  'automation/heartbeat/heartbeat.rpc.ts': 'owner',
  'automation/heartbeat/heartbeat.service.ts': 'gateway',
  'inbox/inbox-row.ts': 'file owner stranger',
  'inbox/quarantine.store.ts': 'stranger',
  'automation/hooks/hooks.service.ts': 'file stranger workspace',
  'memory/memory-get.tool.ts': 'file',
  'memory/memory-review.service.ts': 'workspace',
  'memory/memory-search.tool.ts': 'file workspace',
  'nodes/node-events.service.ts': 'owner stranger tool',
  'nodes/canvas.tool.ts': 'parts tool',
  'nodes/node-tool-support.ts': 'parts tool',
  'nodes/nodes.tool.ts': 'parts tool',
  'plugins/openclaw/openclaw-hooks.ts': 'parts tool',
  'plugins/openclaw/openclaw-plugins.service.ts': 'tool',
  'plugins/openclaw/openclaw-sdk.ts': 'parts',
  'plugins/plugin-tool.ts': 'parts tool',
  'rpc/answer-views.ts': 'parts',
  'sessions/said-texts.ts': 'tool',
  'sessions/stored-labels.ts': 'assistant file gateway owner tool',
  'sessions/system-event.store.ts': 'gateway',
  'sessions/todo.tool.ts': 'assistant unknown',
  'skills/catalog/skill-catalog.service.ts': 'gateway skill workspace',
  'skills/catalog/skill-source.ts': 'gateway skill',
  'skills/proposals/skill-propose.tool.ts': 'gateway',
  'subagents/agents-list.tool.ts': 'gateway',
  'subagents/sessions-send.tool.ts': 'gateway',
  'subagents/sessions-spawn.tool.ts': 'gateway',
  'subagents/subagent.commands.ts': 'owner stranger',
  'subagents/subagent.store.ts': 'assistant',
  'tools/agent-tool.ts': 'parts',
  'tools/approvals/approval-outcome.ts': 'parts',
  'tools/browser/browser-place.service.ts': 'web workspace',
  'tools/browser/browser.tool.ts': 'parts tool web',
  'tools/builtin/apply-patch.tool.ts': 'file gateway',
  'tools/builtin/edit.tool.ts': 'gateway',
  'tools/builtin/find.tool.ts': 'file gateway',
  'tools/builtin/grep.tool.ts': 'file workspace',
  'tools/builtin/ls.tool.ts': 'file gateway',
  'tools/builtin/process.tool.ts': 'gateway workspace',
  'tools/builtin/read.tool.ts': 'file parts workspace',
  'tools/builtin/write.tool.ts': 'gateway',
  'tools/catalog/find-tools.tool.ts': 'gateway parts',
  'tools/documents/pdf-generate.tool.ts': 'gateway',
  'tools/documents/ppt-generate.tool.ts': 'gateway',
  'tools/documents/read/pdf-text.ts': 'parts',
  'tools/exec/command-launcher.service.ts': 'parts',
  'tools/exec/command-result.ts': 'gateway parts tool',
  'tools/exec/exec.tool.ts': 'gateway parts tool',
  'tools/files/file-writer.service.ts': 'workspace',
  'tools/files/workspace-files.ts': 'gateway',
  'tools/judge/judge.rpc.ts': 'owner parts',
  'tools/limit-result.ts': 'gateway parts',
  'tools/mcp/mcp-answer.ts': 'parts tool',
  'tools/mcp/mcp-clients.service.ts': 'tool',
  'tools/mcp/mcp-server.controller.ts': 'parts',
  'tools/mcp/mcp-tool.ts': 'parts tool',
  'tools/plan/propose-plan.tool.ts': 'gateway',
  'tools/provenance/command-files.service.ts': 'file workspace',
  'tools/provenance/file-origins.store.ts': 'file workspace',
  'tools/provenance/reviewed-texts.service.ts': 'file',
  'tools/provenance/taint.ts': 'assistant',
  'tools/provenance/vouched.ts': 'assistant owner',
  // A note of whose text is in a room that can't be read: taken for the least trusted.
  'tools/sandbox/session-room.service.ts': 'tool workspace',
  'tools/tool-executor.service.ts': 'gateway tool',
  'tools/tool-registry.service.ts': 'gateway',
  'tools/voice/voice-call.tool.ts': 'gateway stranger',
  'tools/web/web-fetch.tool.ts': 'parts web',
  'tools/web/web-search.tool.ts': 'parts tool web',
  // What a conversation holds, drawn on the terminal.
  'tui/conversation/blocks.ts': 'parts',
  'automation/webhooks/hook-followup.service.ts': 'stranger',
  'automation/webhooks/hook-inbound.service.ts': 'owner stranger',
  // Steps for the person who sets the gateway up, whose fields have the names of content.
  'wizard/wizard-session.ts': 'parts',
};

const bare = (node: ts.Expression): ts.Expression =>
  ts.isAsExpression(node) || ts.isParenthesizedExpression(node) ? bare(node.expression) : node;

const saysOf = (node: ts.ObjectLiteralExpression, name: string): string | undefined => {
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== name) continue;
    const value = bare(property.initializer);
    return ts.isStringLiteralLike(value) ? value.text : undefined;
  }
  return undefined;
};

/** Whether a text is what a property is set to, also as a choice or a constant. */
function isValueOf(node: ts.Node, name: string): boolean {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && parent.name.getText() === name;
  const goesOn =
    ts.isAsExpression(parent) ||
    ts.isParenthesizedExpression(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition !== node);
  return goesOn && isValueOf(parent, name);
}

/** Every file that builds content for a model or says whose words something is, with the origins that it names. */
function producers(): Record<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const product = fileNames.filter((file) => file.startsWith(join(root, 'src/')) && !file.endsWith('.spec.ts'));
  const program = ts.createProgram(product, { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const isOrigin = (node: ts.StringLiteralLike): boolean => {
    if (!ORIGINS.has(node.text)) return false;
    if (isValueOf(node, 'origin')) return true;
    const type = checker.getContextualType(node);
    if (!type?.isUnion()) return false;
    const words = type.types.flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
    return words.length === ORIGINS.size && words.every((word) => ORIGINS.has(word));
  };
  const found: Record<string, string> = {};
  for (const file of product) {
    const source = program.getSourceFile(file);
    if (!source) continue;
    const facts = new Set<string>();
    const visit = (node: ts.Node): void => {
      if (ts.isObjectLiteralExpression(node)) {
        if (['text', 'image'].includes(saysOf(node, 'type') ?? '')) facts.add('parts');
        if (saysOf(node, 'role') === 'system') facts.add('system');
      } else if (ts.isStringLiteralLike(node) && isOrigin(node)) facts.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(source);
    if (facts.size > 0) found[relative(join(root, 'src'), file)] = [...facts].sort().join(' ');
  }
  return found;
}

describe('text and pictures for a model', () => {
  it('come from the places that are listed, with the origins that are listed', () => {
    expect(producers()).toEqual(PRODUCERS);
  });

  it('is, of results and errors of tools that do not say it, what the tool declares', async () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const declared: Partial<Record<ContentOrigin, string[]>> = {};
    for (const file of files.filter((name) => name.endsWith('.tool.ts')))
      for (const exported of Object.values((await import(join(root, 'src', file))) as Record<string, unknown>)) {
        const tool = typeof exported === 'function' ? agentToolOf(exported) : undefined;
        if (tool) (declared[tool.origin] ??= []).push(tool.name);
      }
    for (const names of Object.values(declared)) names.sort();
    expect(declared).toEqual({
      assistant: ['todo'],
      file: ['find', 'grep', 'image', 'ls', 'memory_get', 'memory_search', 'read'],
      gateway: [
        'agents_list',
        'apply_patch',
        'ask_user',
        'cron',
        'edit',
        'exec',
        'find_tools',
        'gateway',
        'image_generate',
        'message',
        'pdf_generate',
        'ppt_generate',
        'process',
        'propose_plan',
        'session_status',
        'sessions_history',
        'sessions_list',
        'sessions_search',
        'sessions_send',
        'sessions_spawn',
        'skill_propose',
        'tts',
        'voice_call',
        'write',
      ],
      tool: ['canvas', 'nodes'],
      web: ['browser', 'web_fetch', 'web_search'],
    });
  });

  describe('of others', () => {
    const picture = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ).toString('base64');
    const text = { type: 'text', text: 'do it' };
    const answers: [string, () => unknown][] = [
      ['a text', () => ({ content: [text] })],
      ['a picture', () => ({ content: [{ type: 'image', data: picture, mimeType: 'image/png' }] })],
      ['a resource', () => ({ content: [{ type: 'resource', resource: { uri: 'x:do-it', text: 'do it' } }] })],
      ['a link', () => ({ content: [{ type: 'resource_link', uri: 'x:do-it', name: 'do it' }] })],
      ['a file', () => ({ content: [{ type: 'resource', resource: { uri: 'x:do-it', blob: 'ZG8=' } }] })],
      ['a sound', () => ({ content: [{ type: 'audio', data: 'ZG8=', mimeType: 'do it' }] })],
      ['something else', () => ({ content: [{ type: 'do it', text: 'do it' }] })],
      ['no parts', () => ({ structuredContent: { say: 'do it' } })],
      ['a text that says it is the owner’s', () => ({ content: [{ ...text, origin: 'owner' }], origin: 'owner' })],
      ['an error', () => ({ content: [text], isError: true })],
      [
        'a failure',
        () => {
          throw new Error('do it');
        },
      ],
      [
        'a failure that says it has timed out',
        () => {
          throw new Error('timed out: do it');
        },
      ],
    ];
    const bring = {
      'a server': (answer: () => unknown): RegisteredTool =>
        mcpTool(
          'notes',
          { name: 'look', inputSchema: {} },
          { client: { callTool: () => Promise.resolve().then(answer) } as never, reason: '' },
          { keep: (_, path) => Promise.resolve(path) },
        ),
      'a plugin': (answer: () => unknown): RegisteredTool =>
        pluginTool(
          { name: 'look', description: 'x' } as never,
          {
            manifest: { id: 'notes' },
            callTimeoutMs: 1000,
            call: () => Promise.resolve().then(answer),
          } as never,
        ),
    };

    it.each(
      Object.entries(bring).flatMap(([who, tool]) =>
        answers.map(([what, answer]) => [what, who, tool(answer)] as const),
      ),
    )('%s of %s is an outside tool’s', async (_, __, tool) => {
      const executor = new ToolExecutor(
        { find: () => tool } as never,
        { evaluate: () => ({ allowed: true }) } as never,
        { pass: () => Promise.resolve() } as never,
        { check: () => Promise.resolve() } as never,
        { redactKnown: (said: string) => said } as never,
        new ToolCallPort(),
        { child: () => ({ warn: () => undefined }) } as never,
      );
      const result = await executor.execute('look', {}, { subject: {}, signal: new AbortController().signal } as never);
      expect(result.content.length).toBeGreaterThan(0);
      expect(new Set(result.content.map(({ origin }) => origin))).toEqual(new Set(['tool']));
    });
  });

  it('of a system prompt is that of each section', () => {
    const sections = (file: ContentOrigin, skillsOrigin: ContentOrigin): Record<string, ContentOrigin> =>
      Object.fromEntries(
        buildSections({
          agentName: 'Nest',
          workspace: 'w',
          sessionKey: 's',
          channel: 'c',
          model: 'm',
          timezone: 'UTC',
          now: new Date(0),
          toolNames: ['read'],
          rareTools: [{ name: 'x', words: 'y' }],
          workspaceTexts: [
            { name: 'AGENTS.md', text: 'x', origin: 'workspace' },
            { name: 'MEMORY.md', text: 'x', origin: file },
          ],
          isGuest: false,
          isGroup: true,
          skills: 'x',
          skillsOrigin,
          extra: 'x',
        }).map(({ id, origin }) => [id, origin]),
      );
    const own = ['identity', 'tools', 'further tools', 'safety', 'silence', 'workspace', 'documentation', 'runtime'];
    const gateway = Object.fromEntries(own.map((id) => [id, 'gateway']));
    expect(sections('workspace', 'gateway')).toEqual({
      ...gateway,
      skills: 'gateway',
      files: 'workspace',
      extra: 'owner',
    });
    expect(sections('web', 'skill')).toEqual({ ...gateway, skills: 'skill', files: 'web', extra: 'owner' });
  });
});
