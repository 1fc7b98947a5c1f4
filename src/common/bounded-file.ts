import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

const CHUNK = 256 * 1024;

/**
 * Content of an ordinary file, if it is not larger than a limit. What is counted is what was read: the size that a file
 * claims may be wrong by then. Never waits for a pipe.
 * @returns undefined when there is none, when it is something else or may not be read, or when it is larger
 */
export function readBoundedFile(path: string, maxBytes: number): Buffer | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(handle).isFile()) return undefined;
    const content = Buffer.alloc(Math.min(fstatSync(handle).size, maxBytes) + 1);
    let length = 0;
    for (;;) {
      const read = readSync(handle, content, length, content.length - length, null);
      if (read === 0) return content.subarray(0, length);
      length += read;
      if (length === content.length) return undefined;
    }
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/**
 * Hands out an ordinary file piece by piece. Never waits for a pipe.
 * @param take gets each piece; its bytes are only there during the call
 * @returns bytes read; undefined for what is no ordinary file or may not be read, or once there are more than the limit
 */
export function readPieces(path: string, maxBytes: number, take: (piece: Buffer) => void): number | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(handle).isFile()) return undefined;
    const piece = Buffer.alloc(Math.min(CHUNK, fstatSync(handle).size + 1));
    let length = 0;
    for (;;) {
      const read = readSync(handle, piece, 0, piece.length, null);
      if (read === 0) return length;
      length += read;
      if (length > maxBytes) return undefined;
      take(piece.subarray(0, read));
    }
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** The first bytes of an ordinary file, fewer where it has fewer; undefined for everything else. */
export function readHead(path: string, bytes: number): Buffer | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(handle).isFile()) return undefined;
    const head = Buffer.alloc(bytes);
    return head.subarray(0, readSync(handle, head, 0, bytes, 0));
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** The same for a file that is open already: undefined when it is larger than the limit. */
export async function readBoundedHandle(file: FileHandle, maxBytes: number): Promise<Buffer | undefined> {
  const { size } = await file.stat();
  if (size > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(CHUNK, maxBytes + 1)), 0, null, null);
    if (bytesRead === 0) return Buffer.concat(chunks, length);
    length += bytesRead;
    if (length > maxBytes) return undefined;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
