import { open, mkdir, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { printNote } from '../../common/cli/output';
import { isWebAddress } from '../../common/net/host';
import { messageOf } from '../../common/openclaw-error';
import { safeFileName } from '../../common/safe-file-name';
import { ExitCode } from '../../common/exit-codes';
import type { GatewayClient } from '../../gateway/client/gateway-client';

const MOST_SAME_NAMES = 1000;

export interface AnswerPayload {
  text: string;
  mediaUrl?: string | null;
  mediaUrls?: string[];
}

interface Piece {
  file: { name: string; size: number; updatedAtMs: number; content: string };
}

/** Files that an answer hands over, each once. Addresses stand in its text. */
export const handedFiles = (payloads: readonly AnswerPayload[]): string[] => [
  ...new Set(
    payloads
      .flatMap(
        ({ mediaUrl, mediaUrls }) => mediaUrls ?? (mediaUrl === null || mediaUrl === undefined ? [] : [mediaUrl]),
      )
      .filter((path) => !isWebAddress(path)),
  ),
];

/**
 * Brings files of a conversation onto this machine. Nothing that is there is overwritten; what does not work is said, and
 * the rest goes on.
 * @returns where they are
 */
export async function saveFiles(
  client: GatewayClient,
  session: { key: string; agentId?: string },
  paths: readonly string[],
  folder: string,
): Promise<string[]> {
  const saved: string[] = [];
  if (paths.length > 0) await mkdir(folder, { recursive: true });
  for (const path of paths) {
    try {
      saved.push(await saveFile(client, session, path, folder));
    } catch (error) {
      printNote(`error: ${path} was not saved: ${messageOf(error)}`);
      process.exitCode = ExitCode.failed;
    }
  }
  return saved;
}

async function saveFile(
  client: GatewayClient,
  session: { key: string; agentId?: string },
  path: string,
  folder: string,
): Promise<string> {
  const pieceAt = (offset: number): Promise<Piece> => client.call('sessions.files.get', { ...session, path, offset });
  const { file: first } = await pieceAt(0);
  const { place, file } = await openNew(folder, safeFileName(first.name));
  try {
    let piece = Buffer.from(first.content, 'base64');
    for (let at = 0; ;) {
      await file.writeFile(piece);
      at += piece.length;
      if (at >= first.size) break;
      const next = await pieceAt(at);
      piece = Buffer.from(next.file.content, 'base64');
      if (next.file.updatedAtMs !== first.updatedAtMs || piece.length === 0)
        throw new Error('it was changed while it was fetched; try again');
    }
  } catch (error) {
    await rm(place, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return place;
}

async function openNew(
  folder: string,
  name: string,
): Promise<{ place: string; file: Awaited<ReturnType<typeof open>> }> {
  const { name: stem, ext } = parse(name);
  for (let count = 1; count <= MOST_SAME_NAMES; count++) {
    const place = join(folder, count === 1 ? name : `${stem} (${count})${ext}`);
    try {
      return { place, file: await open(place, 'wx', 0o600) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new Error(`there are ${MOST_SAME_NAMES} files called ${name} in ${folder}`);
}
