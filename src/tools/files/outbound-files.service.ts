import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { imageSize } from '../../common/image-size';
import { cutText } from '../../common/cut-text';
import type { MediaKind, OutboundFile } from '../../common/chat-media';
import { sniffFile } from '../../common/sniff-file';
import { ConfigService } from '../../config/config.service';

/** Longer than the outbox tries to deliver anything. */
const KEPT_MS = 7 * 24 * 3_600_000;
const PHOTO_TYPES = new Set(['image/jpeg', 'image/png', 'image/webp']);
/** A picture within these is shown as one everywhere; others go as files. */
const MOST_PHOTO_BYTES = 10 * 1024 * 1024;
const MOST_PHOTO_SIDES = 10_000;
const MOST_PHOTO_RATIO = 20;
/** Recordings that can be voice notes. */
const VOICE_TYPES = new Set(['audio/ogg', 'audio/mpeg', 'audio/mp4']);

/** Copies of files that are on their way to a chat: what happens to the original meanwhile does not matter. */
@Injectable()
export class OutboundFiles {
  constructor(private readonly config: ConfigService) {}

  /** @param asVoice a recording shall arrive as a voice note */
  async keep(content: Buffer, name: string, asVoice = false): Promise<OutboundFile> {
    const folder = join(this.config.stateDir, 'media', 'outbound');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.prune(folder);
    const path = join(
      folder,
      `${randomBytes(16).toString('hex')}${cutText(extname(name).replace(/[^.\w]/g, ''), 10, { mark: '' })}`,
    );
    await writeFile(path, content, { mode: 0o600, flag: 'wx' });
    return { path, name: cutText(basename(name), 120, { mark: '' }) || 'file', kind: kindOf(content, name, asVoice) };
  }

  private async prune(folder: string): Promise<void> {
    const oldest = Date.now() - KEPT_MS;
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const info = await stat(path).catch(() => undefined);
      if (info && info.mtimeMs < oldest) await rm(path, { force: true });
    }
  }
}

function kindOf(content: Buffer, name: string, asVoice: boolean): MediaKind {
  const { kind, mimeType } = sniffFile(content);
  if (kind === 'image') return PHOTO_TYPES.has(mimeType) && isPhoto(content) ? 'photo' : 'document';
  if (/\.(mp4|mov|m4v)$/i.test(name)) return 'video';
  if (kind === 'audio') return asVoice && VOICE_TYPES.has(mimeType) ? 'voice' : 'audio';
  return 'document';
}

function isPhoto(content: Buffer): boolean {
  if (content.length > MOST_PHOTO_BYTES) return false;
  const { width, height } = imageSize(content) ?? { width: 1, height: 1 };
  return width + height <= MOST_PHOTO_SIDES && Math.max(width, height) <= MOST_PHOTO_RATIO * Math.min(width, height);
}
