import { All, Controller, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ConfigService } from '../config/config.service';
import { ApiRequestGuard } from './api-request-guard.service';
import { ApiError } from './api-error';
import { modelIds } from './api-target';
import type { Endpoint } from './http-switches';

const ENDPOINTS: readonly Endpoint[] = ['chatCompletions', 'responses'];
/** A date that stays: clients keep what they have read. */
const CREATED = 1_735_689_600;

/** `GET /v1/models` and `/v1/models/{id}`: the agents, as programs choose among models. */
@Controller()
export class ModelsController {
  constructor(
    private readonly guard: ApiRequestGuard,
    private readonly config: ConfigService,
  ) {}

  @All('v1/models')
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.guard.get({ request, response, endpoints: ENDPOINTS }, () => {
      response.status(200).json({ object: 'list', data: modelIds(this.config.config).map(describe) });
    });
  }

  @All('v1/models/*id')
  async show(@Req() request: Request, @Res() response: Response, @Param('id') id: string | string[]): Promise<void> {
    await this.guard.get({ request, response, endpoints: ENDPOINTS }, () => {
      const name = Array.isArray(id) ? id.join('/') : id;
      if (!modelIds(this.config.config).includes(name))
        throw new ApiError(404, `there is no model ${JSON.stringify(name)}; GET /v1/models lists them`, 'not_found', {
          code: 'model_not_found',
        });
      response.status(200).json(describe(name));
    });
  }
}

const describe = (id: string): Record<string, unknown> => ({
  id,
  object: 'model',
  created: CREATED,
  owned_by: 'openclaw',
});
