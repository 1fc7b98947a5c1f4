import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';

/** Longer than a message waits for its turn. */
const HELD_MS = 7 * 24 * 3_600_000;
const REF = /^[0-9a-f]{64}$/;

/** Files that came inside a message, until its turn takes them: the message names them, as it would on a platform that keeps files. */
@Injectable()
export class HeldFiles {
  constructor(private readonly config: ConfigService) {}

  /** @returns its name; the same bytes have the same one */
  async hold(content: Buffer): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.prune();
    const ref = createHash('sha256').update(content).digest('hex');
    const path = join(this.folder, ref);
    const isHeld = await utimes(path, new Date(), new Date()).then(
      () => true,
      () => false,
    );
    if (isHeld) return ref;
    const coming = `${path}.${randomBytes(4).toString('hex')}`;
    await writeFile(coming, content, { mode: 0o600, flush: true });
    await rename(coming, path);
    return ref;
  }

  /** @throws OpenclawError MEDIA_GONE */
  async take(ref: string): Promise<Buffer> {
    const content = REF.test(ref) ? await readFile(join(this.folder, ref)).catch(() => undefined) : undefined;
    if (!content) throw new OpenclawError('MEDIA_GONE', 'it is not held any more; send it again');
    return content;
  }

  private async prune(): Promise<void> {
    const oldest = Date.now() - HELD_MS;
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      const info = await stat(path).catch(() => undefined);
      if (info && info.mtimeMs < oldest) await rm(path, { force: true });
    }
  }

  private get folder(): string {
    return join(this.config.stateDir, 'media', 'inbound');
  }
}
