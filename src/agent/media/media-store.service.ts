import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { secretsEqual } from '../../common/secrets-equal';
import { ConfigService } from '../../config/config.service';

/** How long a file is kept. */
const KEPT_MS = 24 * 3_600_000;
/** How long a link opens it. */
export const LINK_MS = 10 * 60_000;
const ID = /^[0-9a-f]{32}\.[a-z0-9]{2,5}$/;

export const MEDIA_TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  bin: 'application/octet-stream',
};

/** Files for people to look at or listen to, for a while, by links that are signed and short-lived. */
@Injectable()
export class MediaStore {
  /** Without a secret of the gateway, links hold until the next start. */
  private readonly ownKey = randomBytes(32).toString('hex');

  constructor(
    private readonly config: ConfigService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** @returns id of the file */
  async keep(content: Buffer, ending: string): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.prune();
    const id = `${randomBytes(16).toString('hex')}.${ending in MEDIA_TYPES ? ending : 'bin'}`;
    await writeFile(join(this.folder, id), content, { mode: 0o600, flag: 'wx' });
    return id;
  }

  /** Path and query of a link. */
  link(id: string, livesMs = LINK_MS): string {
    const expires = this.clock.now() + livesMs;
    return `/media/${id}?expires=${expires}&signature=${this.sign(id, expires)}`;
  }

  /** The file behind a link; undefined when the link is forged, stale, or the file is gone. */
  async open(
    id: string,
    expires: number,
    signature: string,
  ): Promise<{ content: Buffer; mimeType: string } | undefined> {
    if (!ID.test(id) || !Number.isSafeInteger(expires) || expires < this.clock.now()) return undefined;
    if (!secretsEqual(signature, this.sign(id, expires))) return undefined;
    const content = await readFile(join(this.folder, id)).catch(() => undefined);
    return content && { content, mimeType: MEDIA_TYPES[id.split('.')[1] ?? ''] ?? 'application/octet-stream' };
  }

  /** Removes what is older than a day. */
  async prune(): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name);
      const info = await stat(path).catch(() => undefined);
      if (info && this.clock.now() - info.mtimeMs > KEPT_MS) await rm(path, { force: true });
    }
  }

  private get folder(): string {
    return join(this.config.stateDir, 'media', 'outbound');
  }

  private sign(id: string, expires: number): string {
    const auth = this.config.config.gateway?.auth;
    const secret = auth?.token ?? auth?.password ?? this.config.env.get('OPENCLAW_GATEWAY_TOKEN') ?? this.ownKey;
    const key = createHmac('sha256', secret).update('media links').digest();
    return createHmac('sha256', key).update(`${id}\n${expires}`).digest('base64url');
  }
}
