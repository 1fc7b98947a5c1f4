import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { appVersion } from '../common/app-root';
import { ConfigService } from '../config/config.service';
import { HttpAuthPort } from '../events/http-auth-port';
import { RpcRegistry } from '../gateway/connection/rpc-registry';
import { isOn } from './http-switches';
import { openApiDocument } from './openapi-document';

/** `GET /openapi.json`: what there is over http, for programs that make clients of it. */
@Controller()
export class OpenApiController {
  constructor(
    private readonly httpAuthPort: HttpAuthPort,
    private readonly registry: RpcRegistry,
    private readonly config: ConfigService,
  ) {}

  @Get('openapi.json')
  async document(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!(await this.httpAuthPort.admit(request, response))) return;
    const isThere = (endpoint: Parameters<typeof isOn>[1]): boolean => isOn(this.config.config, endpoint);
    response.json(openApiDocument(appVersion(), this.registry.all(), isThere));
  }
}
