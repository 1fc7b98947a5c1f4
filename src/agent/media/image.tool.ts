import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';
import { readBoundedHandle } from '../../common/bounded-file';
import { isWebAddress, parseWebAddress } from '../../common/net/host';
import { messageOf } from '../../common/openclaw-error';
import type { ContentOrigin } from '../../common/content-parts';
import { Doc, Num, Opt, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { AgentTool, type ToolContext, ToolError, type ToolResult } from '../../tools/agent-tool';
import { fitImage } from '../../tools/files/fit-image';
import { WorkspaceFiles } from '../../tools/files/workspace-files';
import { FileOrigins } from '../../tools/provenance/file-origins.store';
import { GuardedHttp } from '../../tools/web/guarded-http.service';
import { modelChoiceOf } from '../model-choice.config';
import type { ModelInfo } from '../providers/model-info';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf } from '../runtime/model-step.service';
import { SideCallService } from '../runtime/side-call.service';
import { SinkGate } from '../../tools/provenance/sink-gate.service';
import { type CallSinks, Leaves, fetchOf } from '../../tools/provenance/sinks';

const DEFAULT_PROMPT = 'Describe what this picture shows.';
const DEFAULT_MAX_MB = 5;
const FETCH_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 120_000;
const MAX_ANSWER_TOKENS = 2048;
/** Vision models by name, for when neither the configuration nor the model's own provider has one. */
const LAST_RESORT = ['openai/gpt-5.4-mini', 'anthropic/claude-opus-5-5'] as const;

@Leaves<ImageParams>({ image: 'fetch', prompt: 'own', model: 'none', maxBytesMb: 'none' })
export class ImageParams {
  @Text({ max: 20_000_000 }) @Doc('Path in the workspace, file:, data: or http(s) address.') image!: string;
  @Opt() @Text({ max: 10_000 }) @Doc('What to find out; a description by default.') prompt?: string;
  @Opt() @Text() @Doc('Vision model as provider/model.') model?: string;
  @Opt() @Num({ min: 0.001, max: 100 }) @Doc('Refuse larger pictures, in MB.') maxBytesMb?: number;
}

@Injectable()
@AgentTool({
  name: 'image',
  description: 'Ask a vision model about a picture: a file of the workspace or an address.',
  params: ImageParams,
  idempotent: true,
  whilePlanning: true,
  core: true,
  rare: 'look at pictures',
  origin: 'file',
})
export class ImageTool {
  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly side: SideCallService,
    private readonly http: GuardedHttp,
    private readonly origins: FileOrigins,
    private readonly gate: SinkGate,
  ) {}

  unavailableReason(): string | undefined {
    return this.candidates(undefined, '').length > 0
      ? undefined
      : 'no vision model: set agents.defaults.imageModel, or a key of OpenAI or Anthropic';
  }

  sinksOf(params: ImageParams): CallSinks {
    const image = sourceOf(params);
    return { image: isWebAddress(image) ? fetchOf(image) : 'none' };
  }

  precheck(params: ImageParams, { subject }: ToolContext): void {
    const image = sourceOf(params);
    if (!isWebAddress(image)) return;
    if (subject.isSandboxed)
      throw new ToolError('denied_by_policy', 'this session is sandboxed: pictures come from its workspace only');
    this.http.checkWritten(image);
  }

  async execute(params: ImageParams, context: ToolContext): Promise<ToolResult> {
    const maxBytes =
      (params.maxBytesMb ?? this.config.config.agents?.defaults?.mediaMaxMb ?? DEFAULT_MAX_MB) * 1024 * 1024;
    const { content, origin } = await this.load(sourceOf(params), maxBytes, context);
    const picture = await fitImage(content);
    const attempts: { model: string; error: string }[] = [];
    for (const info of this.candidates(params.model, context.model)) {
      try {
        const text = await this.ask(info, picture, params.prompt ?? DEFAULT_PROMPT, context);
        return { content: [{ type: 'text', text, origin }], details: { model: nameOf(info), attempts } };
      } catch (error) {
        if (context.signal.aborted) throw error;
        attempts.push({ model: nameOf(info), error: messageOf(error) });
      }
    }
    if (attempts.length === 0) throw new ToolError('not_configured', this.unavailableReason() ?? 'no vision model');
    const told = attempts.map((attempt) => `${attempt.model}: ${attempt.error}`).join('; ');
    throw new ToolError('upstream_error', `no model could look at the picture: ${told}`);
  }

  private async ask(
    info: ModelInfo,
    picture: { data: Buffer; mimeType: string },
    prompt: string,
    context: ToolContext,
  ): Promise<string> {
    const { agentId, runId, sessionKey } = context;
    const answer = await this.side.ask({
      models: [nameOf(info)],
      account: { purpose: 'image', agentId, runId, sessionKey },
      prompt: [
        {
          role: 'user',
          content: [
            { type: 'text', text: prompt },
            { type: 'file', data: picture.data.toString('base64'), mediaType: picture.mimeType },
          ],
        },
      ],
      maxOutputTokens: MAX_ANSWER_TOKENS,
      signal: context.signal,
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
    return answer.text;
  }

  /** Vision models to try: asked for, configured, the turn's own, of its provider, well-known ones with a key. */
  private candidates(asked: string | undefined, current: string): ModelInfo[] {
    const { config } = this.config;
    const chosen = modelChoiceOf(config.agents?.defaults?.imageModel);
    const provider = current.split('/')[0];
    const all = this.models.list();
    const sameProvider = all.filter((info) => info.provider === provider);
    const names = asked
      ? [asked]
      : [
          chosen.primary,
          ...(chosen.fallbacks ?? []),
          current === '' ? undefined : current,
          ...sameProvider.map(nameOf),
          ...all.map(nameOf),
          ...LAST_RESORT,
        ];
    const found = new Map<string, ModelInfo>();
    for (const name of names) {
      if (name === undefined) continue;
      try {
        const info = this.models.lookup(name);
        const isKnown =
          info.api !== 'offline' && (info.apiKey !== undefined || parseWebAddress(info.baseUrl)?.protocol === 'http:');
        if (isKnown && (info.input.includes('image') || name === chosen.primary || name === asked))
          found.set(nameOf(info), info);
      } catch (error) {
        if (name === asked) throw new ToolError('invalid_args', messageOf(error));
      }
    }
    return [...found.values()].slice(0, 3);
  }

  private async load(
    image: string,
    maxBytes: number,
    context: ToolContext,
  ): Promise<{ content: Buffer; origin: ContentOrigin }> {
    const data = /^data:[^,]*;base64,(.*)$/s.exec(image);
    if (data) return { content: limited(Buffer.from(data[1] ?? '', 'base64'), maxBytes), origin: 'file' };
    if (isWebAddress(image)) {
      const response = await this.http.request({
        url: image,
        timeoutMs: FETCH_TIMEOUT_MS,
        maxBytes,
        signal: context.signal,
        onRedirect: (to) => this.gate.passRedirect('image', image, to, context),
      });
      if (response.status >= 400)
        throw new ToolError('upstream_error', `${image} answered with status ${response.status}`);
      return { content: response.body, origin: 'web' };
    }
    if (/^[a-z][a-z0-9+.-]+:/i.test(image) && !image.startsWith('file:'))
      throw new ToolError('invalid_args', 'image must be a path, or a file:, data: or http(s) address');
    const path = image.startsWith('file:') ? fileURLToPath(image) : image;
    const { file, path: real } = await new WorkspaceFiles([context.workspace]).openForRead(path);
    try {
      const { size } = await file.stat();
      if (size > maxBytes) throw tooLarge(maxBytes);
      if (!(await file.stat()).isFile()) throw new ToolError('invalid_args', `${image} is no ordinary file`);
      const content = await readBoundedHandle(file, maxBytes);
      if (content === undefined) throw tooLarge(maxBytes);
      return { content, origin: (await this.origins.of(real)) ?? 'file' };
    } finally {
      await file.close();
    }
  }
}

/** What is to be looked at, in the one form that it is judged and loaded by; models put `@` before paths. */
const sourceOf = ({ image }: ImageParams): string => image.trim().replace(/^@+/, '').trim();

const tooLarge = (maxBytes: number): ToolError =>
  new ToolError('too_large', `the picture has more than ${maxBytes} bytes; raise maxBytesMb or make it smaller`);

function limited(content: Buffer, maxBytes: number): Buffer {
  if (content.length > maxBytes) throw tooLarge(maxBytes);
  return content;
}
