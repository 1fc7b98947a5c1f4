import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../../common/content-parts';
import { shownDiff } from '../../common/unified-diff';
import { ConfigService } from '../../config/config.service';
import { agentEntries, findAgent } from '../../config/agent-entries';
import { Doc, Text } from '../../common/validation/fields';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../agent-tool';
import { changeOf } from '../files/file-change';
import { type FileChange, FileWriter } from '../files/file-writer.service';
import { WorkspaceFiles, textInForm } from '../files/workspace-files';
import { type PatchOperation, parsePatch } from '../patch/parse-patch';
import { applyHunks } from '../patch/apply-hunks';
import { type CallSinks, Leaves } from '../provenance/sinks';

@Leaves<ApplyPatchParams>({ input: 'later' })
export class ApplyPatchParams {
  @Text({ max: 2_000_000 })
  @Doc(
    'From "*** Begin Patch" to "*** End Patch"; in it "*** Add File: p" with + lines, "*** Delete File: p", "*** Update File: p" with an optional "*** Move to: p" and "@@" hunks of " ", "-" and "+" lines.',
  )
  input!: string;
}

const UTF8 = { encoding: 'utf-8', bom: false };
const OFF = 'tools.exec.applyPatch.enabled is off; set it to true to offer it to every model';

interface PlannedChange extends FileChange {
  /** Files whose text is in the new content. */
  from: readonly string[];
}

@Injectable()
@AgentTool({
  name: 'apply_patch',
  aliases: ['apply-patch'],
  description: 'Add, change, move and delete several files in one go. Either the whole patch is applied or nothing.',
  params: ApplyPatchParams,
  idempotent: false,
  core: true,
  origin: 'gateway',
})
export class ApplyPatchTool {
  constructor(
    private readonly config: ConfigService,
    private readonly writer: FileWriter,
  ) {}

  unavailableReason(): string | undefined {
    const isOn = agentEntries(this.config.config).some(({ id }) => this.isOnFor(id));
    return isOn ? undefined : OFF;
  }

  async sinksOf(params: ApplyPatchParams, context: ToolContext): Promise<CallSinks> {
    const operations = parsePatch(params.input);
    const paths = operations.flatMap((operation) =>
      operation.kind === 'update' && operation.moveTo ? [operation.path, operation.moveTo] : [operation.path],
    );
    const what = { tool: 'apply_patch', paths, shown: ['input'] };
    return { input: await this.writer.sinkOf(context, what, (files) => planned(operations, files)) };
  }

  async execute(params: ApplyPatchParams, context: ToolContext): Promise<ToolResult> {
    if (!this.isOnFor(context.agentId)) throw new ToolError('not_configured', OFF);
    const operations = parsePatch(params.input);
    const files = new WorkspaceFiles([context.workspace]);
    const changes = await planned(operations, files);
    await this.write(changes, context);
    const named = (kind: PatchOperation['kind']): string[] =>
      operations.filter((operation) => operation.kind === kind).map((operation) => operation.path);
    const summary = { added: named('add'), modified: named('update'), deleted: named('delete') };
    const lines = Object.entries(summary).flatMap(([what, paths]) => paths.map((path) => `${what} ${path}`));
    const diff = changes.map(({ path, before = '', content = '' }) => shownDiff(files.display(path), before, content));
    return textResult(`Applied the patch:\n${lines.join('\n')}`, { summary, diff: diff.join('\n') });
  }

  /** The agent's own switch, else the one for all. */
  private isOnFor(agentId: string): boolean {
    const { config } = this.config;
    const own = findAgent(config, agentId)?.tools?.exec?.applyPatch?.enabled;
    return own ?? config.tools?.exec?.applyPatch?.enabled ?? false;
  }

  /** Writes all changes; puts everything back when one of them fails. */
  private async write(changes: readonly PlannedChange[], context: ToolContext): Promise<void> {
    // What has no place in its file is refused before anything is changed.
    for (const change of changes) if (change.content !== undefined) bytesOf(change, change.content);
    const done: PlannedChange[] = [];
    // Looked up before anything is changed: a move takes its file's label along, and what is put back keeps its own.
    const labels = new Map<string, ContentOrigin>();
    for (const path of new Set(changes.flatMap((change) => [change.path, ...change.from])))
      labels.set(path, await this.writer.labelOf(context, path));
    const labelsOf = (paths: readonly string[]): ContentOrigin[] => paths.map((path) => labels.get(path) ?? 'file');
    try {
      for (const change of changes) {
        if (change.content !== undefined)
          await this.writer.write(context, change.path, bytesOf(change, change.content), labelsOf(change.from));
        else if (change.before !== undefined) await this.writer.remove(context, change.path);
        done.push(change);
      }
    } catch (error) {
      for (const change of done.reverse()) {
        if (change.before !== undefined)
          await this.writer.write(context, change.path, bytesOf(change, change.before), labelsOf([change.path]));
        else if (change.content !== undefined) await this.writer.remove(context, change.path);
      }
      throw error;
    }
  }
}

const bytesOf = ({ path, form = UTF8 }: PlannedChange, text: string): Buffer => textInForm(text, form, path);

async function planned(operations: readonly PatchOperation[], files: WorkspaceFiles): Promise<PlannedChange[]> {
  const changes = new Map<string, PlannedChange>();
  for (const operation of operations) await plan(operation, files, changes);
  return [...changes.values()];
}

/** Works one operation into the planned changes; nothing is written yet. */
async function plan(
  operation: PatchOperation,
  files: WorkspaceFiles,
  changes: Map<string, PlannedChange>,
): Promise<void> {
  const current = async (
    path: string,
  ): Promise<{ real: string; known: PlannedChange; content: string | undefined }> => {
    const real = await files.resolve(path);
    const known = changes.get(real) ?? (await present(files, real));
    return { real, known, content: known.content };
  };
  const { real, known, content } = await current(operation.path);
  if (operation.kind === 'add') {
    if (content !== undefined) throw new ToolError('invalid_args', `${operation.path} exists already; use Update File`);
    changes.set(real, { ...known, content: operation.content, from: [] });
    return;
  }
  if (content === undefined) throw new ToolError('not_found', `${operation.path} does not exist`);
  if (operation.kind === 'delete') {
    changes.set(real, { ...known, content: undefined, from: [] });
    return;
  }
  const next = applyHunks(content, operation.hunks, operation.path);
  if (operation.moveTo === undefined) {
    changes.set(real, { ...known, content: next });
    return;
  }
  const target = await current(operation.moveTo);
  if (target.content !== undefined) throw new ToolError('invalid_args', `${operation.moveTo} exists already`);
  changes.set(real, { ...known, content: undefined, from: [] });
  changes.set(target.real, {
    ...target.known,
    content: next,
    ...(known.form ? { form: known.form } : {}),
    from: [real, ...known.from],
  });
}

/** The file as it is: its own text, if there is one. */
async function present(files: WorkspaceFiles, path: string): Promise<PlannedChange> {
  const change = await changeOf(files, path);
  return { ...change, from: change.before === undefined ? [] : [path] };
}
