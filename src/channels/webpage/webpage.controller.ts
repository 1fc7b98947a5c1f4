import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { appRoot } from '../../common/app-root';
import { isPlainObject } from '../../common/plain-object';
import { describeDtoProblems, findDtoProblems } from '../../common/validation/validate-dto';
import { requestSource } from '../../common/net/request-source';
import { secretsEqual } from '../../common/secrets-equal';
import { readBody } from '../../events/http-auth-port';
import { RuntimeSettingsService } from '../../gateway/runtime-settings.service';
import { plainName } from '../../common/plain-name';
import type { ChannelHost } from '../channel-adapter';
import { LinkedPictures } from '../kit/linked-pictures.dto';
import { linkedPictures } from '../kit/picture-address';
import { takeMessage } from '../take-message';
import { RateWindow } from './rate-window';
import { type PassMaker, newPass, visitorOf } from './visitor-pass';
import { VisitorSecret } from './visitor-secret.service';
import type { WebpageAccount } from './webpage-accounts';
import { WebpageAdapter } from './webpage.adapter';
import { WebpageConversation } from './webpage-conversation.service';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_TEXT = 8000;
const PER_VISITOR = 10;
const IN_ALL = 60;
/** New visitors in a minute: of one address, and of an account in all. */
const NEW_FROM_ADDRESS = 20;
const NEW_VISITORS = 30;
const KEEP_ALIVE_MS = 20_000;
const MOST_STREAMS = 500;
const YEAR_S = 31_536_000;
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const MESSAGE_ID = /^[\w-]{8,64}$/;

interface Admitted {
  account: WebpageAccount;
  host: ChannelHost;
  visitor: string;
}

/**
 * The page and what it calls. The account's token opens it and gives each visitor a pass of their own; with that they
 * write and read in their own conversation, and nowhere else.
 */
@Controller('webpage')
export class WebpageController {
  private readonly folder = join(appRoot(), 'dist', 'webpage');
  private readonly rates = new RateWindow();
  private streams = 0;

  constructor(
    private readonly settings: RuntimeSettingsService,
    private readonly secret: VisitorSecret,
    private readonly adapter: WebpageAdapter,
    private readonly conversation: WebpageConversation,
  ) {}

  @Get()
  async page(@Res() response: Response): Promise<void> {
    const origins = this.adapter.open().flatMap(({ account }) => account.settings.allowedOrigins ?? []);
    response
      .status(200)
      .set({
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'self' ${origins.join(' ')}`,
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      })
      .send(await readFile(join(this.folder, 'index.html'), 'utf8'));
  }

  /** One line for other sites: it puts a button there that opens the page in a frame. */
  @Get('embed.js')
  async embed(@Res() response: Response): Promise<void> {
    await this.file('embed.js', response, 'no-cache');
  }

  @Get('assets/:name')
  async asset(@Param('name') name: string, @Res() response: Response): Promise<void> {
    await this.file(join('assets', basename(name)), response, `public, max-age=${YEAR_S}, immutable`);
  }

  /** `{token, pass?}` → `{pass, name, greeting}`; a pass that still holds is kept. */
  @Post('api/visit')
  async visit(@Req() request: Request, @Res() response: Response): Promise<void> {
    const body = await json(request);
    const token = typeof body?.['token'] === 'string' ? body['token'] : '';
    const found = this.adapter.open().find(({ account }) => secretsEqual(token, account.settings.token ?? ''));
    if (!found) return refuse(response, 401, 'BAD_TOKEN', 'no page is opened by this token');
    const { settings } = found.account;
    const shown = { name: settings.name ?? 'Assistant', greeting: settings.greeting ?? '' };
    const maker = await this.makerOf(found.account);
    const known = typeof body?.['pass'] === 'string' ? visitorOf(maker, `Bearer ${body['pass']}`) : undefined;
    if (known !== undefined) {
      response.status(200).json({ pass: body?.['pass'], ...shown });
      return;
    }
    const { source } = requestSource(request, this.settings.current.net);
    if (this.limited(response, `new:${found.account.id}/${source}`, NEW_FROM_ADDRESS)) return;
    if (this.limited(response, `new:${found.account.id}`, NEW_VISITORS)) return;
    const { visitor, key } = newPass(maker);
    response.status(200).json({ pass: `${visitor}.${key}`, ...shown });
  }

  /** `{id, text, pictures?: [{url, description?}]}` → `{ok}` when it is on disk; the same id again is the same message. */
  @Post('api/messages')
  async say(@Req() request: Request, @Res() response: Response): Promise<void> {
    const admitted = await this.admit(request, response);
    if (!admitted) return;
    const { account, host, visitor } = admitted;
    const body = await json(request);
    const { id, text, pictures, ...others } = body ?? {};
    const [unknown] = Object.keys(others);
    if (unknown !== undefined)
      return refuse(
        response,
        400,
        'BAD_MESSAGE',
        `"${plainName(unknown)}" is unknown; a message has id, text and pictures`,
      );
    if (typeof id !== 'string' || !MESSAGE_ID.test(id))
      return refuse(response, 400, 'BAD_MESSAGE', 'id must be 8 to 64 letters, digits, - or _');
    if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_TEXT)
      return refuse(response, 400, 'BAD_MESSAGE', `text must have 1 to ${MAX_TEXT} characters`);
    const linked = { pictures };
    const problems = pictures === undefined ? [] : findDtoProblems(LinkedPictures, linked);
    if (problems.length > 0) return refuse(response, 400, 'BAD_MESSAGE', describeDtoProblems(problems));
    const { messagesPerMinute = PER_VISITOR, messagesPerMinuteInAll = IN_ALL } = account.settings;
    if (this.limited(response, `${account.id}/${visitor}`, messagesPerMinute)) return;
    if (this.limited(response, `all:${account.id}`, messagesPerMinuteInAll)) return;
    try {
      const verdict = await takeMessage(host, {
        externalId: `${visitor}:${id}`,
        chat: { id: visitor, type: 'direct', isAlone: true },
        sender: { id: visitor, name: 'Visitor', isBot: false },
        text,
        ...linkedPictures((linked as LinkedPictures).pictures),
        mentionsBot: true,
        // The token let them in; they own nothing.
        policy: { dmPolicy: 'open', allowFrom: [], groupPolicy: 'disabled', groupAllowFrom: [] },
      });
      response.status(200).json({ ok: true, ...verdict });
    } catch {
      refuse(response, 503, 'NOT_STORED', 'the message could not be stored; send it again');
    }
  }

  @Get('api/messages')
  async history(@Req() request: Request, @Res() response: Response): Promise<void> {
    const admitted = await this.admit(request, response);
    if (!admitted) return;
    response.status(200).json({ messages: await this.conversation.read(admitted.account.id, admitted.visitor) });
  }

  /** Server-sent events: `message`, `edit` and `typing` of the visitor's own conversation. */
  @Get('api/events')
  async events(@Req() request: Request, @Res() response: Response): Promise<void> {
    const admitted = await this.admit(request, response);
    if (!admitted) return;
    if (this.streams >= MOST_STREAMS) return refuse(response, 503, 'BUSY', 'too many pages are open; try again later');
    this.streams++;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': open\n\n');
    const end = this.adapter.listen(admitted.account.id, admitted.visitor, (event) => {
      response.write(`data: ${JSON.stringify(event)}\n\n`);
    });
    const timer = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS);
    response.on('close', () => {
      this.streams--;
      clearInterval(timer);
      end();
    });
  }

  private async makerOf({ id, settings }: WebpageAccount): Promise<PassMaker> {
    return { secret: await this.secret.read(), account: id, token: settings.token ?? '' };
  }

  private async admit(request: Request, response: Response): Promise<Admitted | undefined> {
    for (const { account, host } of this.adapter.open()) {
      const visitor = visitorOf(await this.makerOf(account), request.header('authorization'));
      if (visitor !== undefined) return { account, host, visitor };
    }
    refuse(response, 401, 'BAD_PASS', 'this pass does not hold (any more); open the page again');
    return undefined;
  }

  private limited(response: Response, name: string, most: number): boolean {
    const wait = this.rates.take(name, most);
    if (wait === 0) return false;
    response.setHeader('retry-after', String(Math.ceil(wait / 1000)));
    refuse(response, 429, 'TOO_MANY', `at most ${most} in a minute; try again in ${Math.ceil(wait / 1000)} s`);
    return true;
  }

  private async file(name: string, response: Response, cache: string): Promise<void> {
    try {
      const content = await readFile(join(this.folder, name));
      response
        .status(200)
        .set({
          'Content-Type': TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
          'Cache-Control': cache,
          'X-Content-Type-Options': 'nosniff',
        })
        .send(content);
    } catch {
      refuse(response, 404, 'NOT_FOUND', 'there is no such file');
    }
  }
}

function refuse(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ ok: false, error: { code, message } });
}

async function json(request: Request): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse((await readBody(request, MAX_BODY_BYTES)) ?? '');
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
