import { basename, extname } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { MediaStore, MEDIA_TYPES } from '../agent/media/media-store.service';
import type { RunOutcome } from '../agent/turns/run-outcome.service';
import { readBoundedHandle } from '../common/bounded-file';
import { type Logger, LoggerFactory } from '../common/logger';
import { isWebAddress } from '../common/net/host';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { agentOfSession } from '../sessions/session-key';
import { WorkspaceFiles } from '../tools/files/workspace-files';
import { SessionFolders } from '../workspace/session-folder.service';
import type { ApiRun } from './api-turns.service';

const MOST_BYTES = 50 * 1024 * 1024;
/** As long as the file itself is kept. */
const LINK_MS = 24 * 3_600_000;

/** Files that an answer hands over (`MEDIA:` lines), as links that a program can show or fetch without the secret. */
@Injectable()
export class ApiFiles {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly folders: SessionFolders,
    private readonly store: MediaStore,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('http-api');
  }

  /** Markdown, a line for each file; empty where the answer has none. Web addresses are in its text already. */
  async linesOf(run: ApiRun, { result }: RunOutcome, request: Request): Promise<string> {
    const paths = (result?.payloads ?? [])
      .flatMap(({ mediaUrls = [] }) => mediaUrls)
      .filter((path) => !isWebAddress(path));
    const lines = await Promise.all(paths.map((path) => this.lineOf(path, run.sessionKey, request)));
    return lines.join('\n');
  }

  private async lineOf(path: string, sessionKey: string, { protocol, headers }: Request): Promise<string> {
    const name = basename(path).replace(/[[\]\\]/g, '\\$&');
    try {
      const ending = extname(path).slice(1).toLowerCase();
      const id = await this.store.keep(await this.read(path, sessionKey), ending === 'jpeg' ? 'jpg' : ending);
      const address = `${protocol}://${headers.host ?? '127.0.0.1'}${this.store.link(id, LINK_MS)}`;
      const isPicture = MEDIA_TYPES[ending === 'jpeg' ? 'jpg' : ending]?.startsWith('image/') === true;
      return `${isPicture ? '!' : ''}[${name}](${address})`;
    } catch (error) {
      this.log.warn({ path, error }, `a file of an answer is not handed over: ${messageOf(error)}`);
      return `(Not handed over: ${name})`;
    }
  }

  private async read(path: string, sessionKey: string): Promise<Buffer> {
    const { config } = this.config;
    const folder = this.folders.placeOf(agentOfSession(config, sessionKey), sessionKey, false).path;
    const { file } = await new WorkspaceFiles([folder]).openForRead(path);
    try {
      const content = await readBoundedHandle(file, MOST_BYTES);
      if (content === undefined) throw new Error(`it has more than ${MOST_BYTES} bytes`);
      return content;
    } finally {
      await file.close();
    }
  }
}
