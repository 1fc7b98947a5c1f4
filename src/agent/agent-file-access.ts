import { createHash } from 'node:crypto';
import { invalidRequest } from '../rpc/rpc-error';
import { ToolError } from '../tools/agent-tool';

/** SHA-256 of a text, by which one says what one has read before one writes over it. */
export const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex');

/**
 * Somebody else may have written meanwhile: the assistant itself does.
 * @param now what stands there, undefined where there is no file
 * @param baseHash what was read, null where there was no file
 * @throws RpcError FILE_CHANGED
 */
export function requireBase(name: string, now: string | undefined, baseHash: string | null): void {
  if ((now === undefined ? null : hashOf(now)) !== baseHash)
    throw invalidRequest(`${name} is not what was read: it has been changed since; read it again`, {
      details: { code: 'FILE_CHANGED' },
    });
}

/** A link that leads elsewhere is the caller's concern, not a fault of ours. */
export async function inWorkspace<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ToolError ? invalidRequest(error.message) : error;
  }
}
