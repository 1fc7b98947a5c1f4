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
