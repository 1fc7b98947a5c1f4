import { innerParts } from '../../common/paths/path-place';

/** Files whose text becomes part of later prompts, or of what runs by itself. */
const NAMES = /^(AGENTS|SOUL|TOOLS|IDENTITY|USER|HEARTBEAT|GUESTS|BOOTSTRAP|BOOT|MEMORY)\.md$/i;
const FOLDERS = new Set(['memory', 'skills', 'hooks', '.agents', '.git']);

/** Whether a file stands in the system prompt. */
export function isPromptName(workspace: string, path: string): boolean {
  const parts = innerParts(workspace, path) ?? [];
  return parts.length === 1 && NAMES.test(parts[0] ?? '');
}

/** Whether what stands in a file speaks to the assistant in later turns, so that writing it is like giving an order. */
export function isPromptFile(workspace: string, path: string): boolean {
  const parts = innerParts(workspace, path) ?? [];
  return FOLDERS.has((parts[0] ?? '').toLowerCase())
    ? parts.length > 1
    : parts.length === 1 && NAMES.test(parts[0] ?? '');
}

/**
 * Whether a file is kept unreviewed with its origin where others' text is in it, so that writing it trusts nobody:
 * `MEMORY.md` is shown as it was before, what is in `memory` is found with its label.
 */
export function isMemoryFile(workspace: string, path: string): boolean {
  const [first = '', ...rest] = innerParts(workspace, path) ?? [];
  return rest.length > 0 ? first.toLowerCase() === 'memory' : first.toLowerCase() === 'memory.md';
}
