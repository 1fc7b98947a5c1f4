import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ImageModelV3, ImageModelV3File } from '@ai-sdk/provider';
import { estimateTokens } from '../../common/estimate-tokens';
import { messageOf } from '../../common/openclaw-error';
import { sniffImage } from '../../common/sniff-image';
import { Doc, Int, Opt, StrList, Text } from '../../common/validation/fields';
import { ConfigService } from '../../config/config.service';
import { AgentTool, type ToolContext, ToolError, type ToolResult, textResult } from '../../tools/agent-tool';
import { fitImage } from '../../tools/files/fit-image';
import { FileWriter } from '../../tools/files/file-writer.service';
import { WorkspaceFiles } from '../../tools/files/workspace-files';
import { Leaves } from '../../tools/provenance/sinks';
import { UsageService } from '../../usage/usage.service';
import { modelChoiceOf } from '../model-choice.config';
import { classifyModelError } from '../providers/classify-model-error';
import { CredentialProfiles } from '../providers/credential-profiles.service';
import type { ModelInfo } from '../providers/model-info';
import { ModelRegistry } from '../providers/model-registry.service';
import { openImageModel } from '../providers/open-image-model';
import { nameOf } from '../runtime/model-step.service';

const TIMEOUT_MS = 180_000;
const MAX_INPUT_BYTES = 20 * 1024 * 1024;
/** What providers count for one picture at most, for budgets. */
const TOKENS_PER_PICTURE = 6300;
/** For when the configuration names none and a key of the provider is there. */
const KNOWN_MODELS = ['openai/gpt-image-1', 'google/gemini-2.5-flash-image'] as const;
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
};

@Leaves<ImageGenerateParams>({
  prompt: 'own',
  images: 'own',
  count: 'none',
  size: 'none',
  aspectRatio: 'none',
  model: 'none',
})
export class ImageGenerateParams {
  @Text({ max: 32_000 }) @Doc('What the picture shows, or what is to be changed in images.') prompt!: string;
  @Opt() @StrList({ max: 8 }) @Doc('Pictures of the workspace to start from.') images?: string[];
  @Opt() @Int({ min: 1, max: 4 }) @Doc('How many, 1 by default.') count?: number;
  @Opt() @Text({ max: 20 }) @Doc('Such as 1024x1024 or 1536x1024, where the provider takes sizes.') size?: string;
  @Opt() @Text({ max: 10 }) @Doc('Such as 16:9, where the provider takes ratios instead.') aspectRatio?: string;
  @Opt() @Text() @Doc('Model as provider/model.') model?: string;
}

/** Has a model of a provider draw; what comes of it is a file. */
@Injectable()
@AgentTool({
  name: 'image_generate',
  description: 'Draw a picture from words, or change pictures of the workspace. It becomes a file in output/.',
  params: ImageGenerateParams,
  paramAliases: { n: 'count', image: 'images', aspect_ratio: 'aspectRatio' },
  idempotent: false,
  core: false,
  rare: 'draw and change pictures',
  origin: 'gateway',
})
export class ImageGenerateTool {
  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly credentials: CredentialProfiles,
    private readonly usage: UsageService,
    private readonly writer: FileWriter,
  ) {}

  unavailableReason(): string | undefined {
    return this.candidates().length > 0
      ? undefined
      : 'no model for it: set agents.defaults.imageGenerationModel, or a key of OpenAI or Google';
  }

  async execute(params: ImageGenerateParams, context: ToolContext): Promise<ToolResult> {
    for (const [name, pattern] of [
      ['size', /^\d{2,5}x\d{2,5}$/],
      ['aspectRatio', /^\d{1,2}:\d{1,2}$/],
    ] as const)
      if (params[name] !== undefined && !pattern.test(params[name]))
        throw new ToolError(
          'invalid_args',
          `${name} "${params[name]}" must look like ${name === 'size' ? '1024x1024' : '16:9'}`,
        );
    const files = await this.inputs(params.images ?? [], context);
    const failures: string[] = [];
    for (const info of this.candidates(params.model)) {
      const [keyed = info] = this.credentials.expand(info, context.agentId, info.pinnedProfile);
      try {
        return await this.draw(keyed, params, files, context);
      } catch (error) {
        if (context.signal.aborted || error instanceof ToolError) throw error;
        failures.push(`${classifyModelError(error, nameOf(info)).message}: ${messageOf(error)}`);
      }
    }
    if (failures.length === 0) throw new ToolError('not_configured', this.unavailableReason() ?? 'no model for it');
    throw new ToolError('upstream_error', `no picture was made. ${failures.join('; ')}`);
  }

  private async draw(
    info: ModelInfo,
    { prompt, images, count = 1, size, aspectRatio }: ImageGenerateParams,
    files: ImageModelV3File[],
    context: ToolContext,
  ): Promise<ToolResult> {
    const { agentId, runId, sessionKey } = context;
    const inputTokens = estimateTokens(prompt) + files.length * TOKENS_PER_PICTURE;
    const outputTokens = count * TOKENS_PER_PICTURE;
    const reservation = await this.usage.reserve({
      account: { purpose: 'image', agentId, runId, sessionKey },
      provider: info.provider,
      model: info.id,
      price: info.cost,
      inputTokens,
      outputTokens,
      needsOutput: false,
    });
    let drawn: Awaited<ReturnType<ImageModelV3['doGenerate']>>;
    try {
      const model = await openImageModel(info);
      drawn = await model.doGenerate({
        prompt,
        n: count,
        size: size as `${number}x${number}` | undefined,
        aspectRatio: aspectRatio as `${number}:${number}` | undefined,
        seed: undefined,
        files: files.length > 0 ? files : undefined,
        mask: undefined,
        providerOptions: {},
        abortSignal: AbortSignal.any([context.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
    } catch (error) {
      await this.usage.release(reservation);
      throw error;
    }
    await this.usage.settle(reservation, {
      input: drawn.usage?.inputTokens ?? inputTokens,
      output: drawn.usage?.outputTokens ?? outputTokens,
      cacheRead: 0,
      cacheWrite: 0,
    });
    const paths: string[] = [];
    // What can be read in a picture can be read in what is made of it.
    const kept = await Promise.all((images ?? []).map((path) => this.writer.labelOf(context, path)));
    for (const image of drawn.images) {
      const data = typeof image === 'string' ? Buffer.from(image, 'base64') : Buffer.from(image);
      const extension = EXTENSIONS[sniffImage(data) ?? ''];
      if (extension === undefined) throw new Error(`${nameOf(info)} sent something that is no picture`);
      const path = `output/picture-${randomBytes(4).toString('hex')}.${extension}`;
      await this.writer.write(context, path, data, kept);
      paths.push(path);
    }
    if (paths.length === 0) throw new Error(`${nameOf(info)} sent no picture`);
    return textResult(`Drawn by ${nameOf(info)}: ${paths.join(', ')}`, { paths, model: nameOf(info) });
  }

  /** Models to try: the one asked for, else those of the configuration, else well-known ones with a key. */
  private candidates(asked?: string): ModelInfo[] {
    const { primary, fallbacks = [] } = modelChoiceOf(this.config.config.agents?.defaults?.imageGenerationModel);
    const chosen = [primary, ...fallbacks].filter((name) => name !== undefined);
    const names = asked !== undefined ? [asked] : chosen.length > 0 ? chosen : KNOWN_MODELS;
    return names.flatMap((name) => {
      try {
        const info = this.models.lookup(name);
        return names === KNOWN_MODELS && info.apiKey === undefined ? [] : [info];
      } catch (error) {
        if (name === asked) throw new ToolError('invalid_args', messageOf(error));
        return [];
      }
    });
  }

  private async inputs(paths: readonly string[], { workspace }: ToolContext): Promise<ImageModelV3File[]> {
    const files = new WorkspaceFiles([workspace]);
    return Promise.all(
      paths.map(async (path): Promise<ImageModelV3File> => {
        const { content } = await files.readBytes(path, MAX_INPUT_BYTES);
        const mediaType = sniffImage(content);
        if (mediaType === undefined)
          throw new ToolError('invalid_args', `images: ${path} is no jpg, png, gif, webp, avif or tiff`);
        if (mediaType in EXTENSIONS) return { type: 'file', mediaType, data: content };
        const { data, mimeType } = await fitImage(content);
        return { type: 'file', mediaType: mimeType, data };
      }),
    );
  }
}
