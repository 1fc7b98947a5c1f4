import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { estimateTokens } from '../common/estimate-tokens';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { Embeddings } from '../memory/embeddings.service';
import { type Body, ApiRequestGuard } from './api-request-guard.service';
import { ApiError, badField, runFailed } from './api-error';
import { targetOf } from './api-target';
import type { Endpoint } from './http-switches';

const ENDPOINTS: readonly Endpoint[] = ['chatCompletions', 'responses'];
const MOST_TEXTS = 128;
const MOST_CHARS = 8192 * 4;

/** `POST /v1/embeddings`, by the provider that the memory of the agent uses. */
@Controller()
export class EmbeddingsController {
  constructor(
    private readonly guard: ApiRequestGuard,
    private readonly embeddings: Embeddings,
    private readonly config: ConfigService,
  ) {}

  @All('v1/embeddings')
  async embed(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.guard.post({ request, response, endpoints: ENDPOINTS }, async (body) => {
      const { agentId } = targetOf(this.config.config, request.headers, { model: body['model'] }, 'openai');
      const texts = textsOf(body);
      const format = body['encoding_format'] ?? 'float';
      if (format !== 'float' && format !== 'base64')
        throw badField('encoding_format', 'encoding_format must be float or base64');
      if ((body['dimensions'] ?? undefined) !== undefined)
        throw badField(
          'dimensions',
          'dimensions can’t be chosen: vectors are as long as the model makes them',
          'unsupported_value',
        );
      const model = this.embeddings.modelOf(agentId);
      if (typeof model === 'string')
        throw new ApiError(400, `there are no embeddings: ${model}`, 'invalid_request_error', {
          code: 'no_embedding_provider',
        });
      const vectors: (Float32Array | undefined)[] = [];
      try {
        const items = texts.map((text, index) => ({ text, index }));
        await this.embeddings.embedAll(model, items, agentId, (done) => {
          for (const { item, vector } of done) vectors[item.index] = vector;
        });
      } catch (error) {
        throw runFailed(messageOf(error), 'embedding_failed');
      }
      const data = texts.map((_, index) => {
        const vector = vectors[index];
        if (!vector)
          throw badField(`input[${index}]`, `${model.provider} has refused input[${index}]`, 'refused_input');
        const embedding =
          format === 'base64'
            ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
            : [...vector];
        return { object: 'embedding', index, embedding };
      });
      const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
      response.status(200).json({
        object: 'list',
        data,
        model: `${model.provider}/${model.model}`,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      });
    });
  }
}

function textsOf({ input }: Body): string[] {
  const texts: unknown[] = Array.isArray(input) ? input : [input];
  if (texts.length === 0 || texts.length > MOST_TEXTS)
    throw badField('input', `input must be a text, or a list of 1 to ${MOST_TEXTS} texts`);
  return texts.map((text, index) => {
    if (typeof text !== 'string' || text === '')
      throw badField(`input[${index}]`, `input[${index}] must be a text that is not empty; tokens are not taken`);
    if (text.length > MOST_CHARS)
      throw badField(`input[${index}]`, `input[${index}] has more than ${MOST_CHARS} characters`);
    return text;
  });
}
