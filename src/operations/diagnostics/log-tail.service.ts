import { type FileHandle, open } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { unavailable } from '../../rpc/rpc-error';
import { messageOf } from '../../common/openclaw-error';
import { PinoLoggerFactory } from '../../logging/pino-logger-factory';
import type { LogsTailParams } from './diagnostics.dto';

const DEFAULT_LIMIT = 500;
const DEFAULT_MAX_BYTES = 250_000;

export interface LogTail {
  file: string;
  /** Byte offset to go on from. */
  cursor: number;
  size: number;
  lines: string[];
  /** Lines were left out because there were too many bytes. */
  truncated: boolean;
  /** The cursor lay beyond the file: it was rotated. */
  reset: boolean;
}

/** Reads the log file from an offset, whole lines only. */
@Injectable()
export class LogTailService {
  constructor(private readonly loggers: PinoLoggerFactory) {}

  async tail(params: LogsTailParams): Promise<LogTail> {
    const file = this.loggers.logFile;
    let handle: FileHandle;
    try {
      handle = await open(file, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return { file, cursor: 0, size: 0, lines: [], truncated: false, reset: false };
      throw unavailable(`log file can't be read: ${messageOf(error)}`);
    }
    try {
      return await readTail(handle, file, params);
    } finally {
      await handle.close();
    }
  }
}

async function readTail(handle: FileHandle, file: string, params: LogsTailParams): Promise<LogTail> {
  const { size } = await handle.stat();
  const maxBytes = params.maxBytes ?? DEFAULT_MAX_BYTES;
  const reset = params.cursor !== undefined && params.cursor > size;
  const from = params.cursor === undefined || reset ? Math.max(0, size - maxBytes) : params.cursor;
  const start = Math.max(from, size - maxBytes);
  const truncated = start > from || (params.cursor === undefined && start > 0);
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  let text = buffer.toString('utf8');
  // A jump forward may land inside a line; that half line is left out.
  if (start > 0 && start !== params.cursor) text = text.slice(text.indexOf('\n') + 1);
  const end = text.lastIndexOf('\n') + 1;
  const unfinished = Buffer.byteLength(text.slice(end));
  const lines = text
    .slice(0, end)
    .split('\n')
    .filter((line) => line !== '');
  const limit = params.limit ?? DEFAULT_LIMIT;
  return {
    file,
    cursor: size - unfinished,
    size,
    lines: lines.slice(-limit),
    truncated: truncated || lines.length > limit,
    reset,
  };
}
