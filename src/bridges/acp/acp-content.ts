import type { ContentBlock, ToolCallContent, ToolCallLocation, ToolKind } from '@agentclientprotocol/sdk';
import { cutText } from '../../common/cut-text';
import { isPlainObject } from '../../common/plain-object';

const MOST_TITLE = 120;
const MOST_OUTPUT = 20_000;

export interface PromptMessage {
  message: string;
  attachments: { type: 'image' | 'audio' | 'file'; mimeType: string; fileName: string; content: string }[];
}

/** What somebody says in an editor, as a message of a conversation. What lies in files is named as such. */
export function messageOf(blocks: readonly ContentBlock[]): PromptMessage {
  const texts: string[] = [];
  const attachments: PromptMessage['attachments'] = [];
  for (const block of blocks) {
    switch (block.type) {
      case 'text':
        texts.push(block.text);
        break;
      case 'resource_link':
        texts.push(`[file ${block.title ?? block.name}: ${block.uri}]`);
        break;
      case 'resource': {
        const { resource } = block;
        if ('text' in resource) {
          const content = Buffer.from(resource.text).toString('base64');
          attachments.push({ type: 'file', mimeType: 'text/plain', fileName: nameOf(resource.uri), content });
        } else
          attachments.push({
            type: 'file',
            mimeType: resource.mimeType ?? 'application/octet-stream',
            fileName: nameOf(resource.uri),
            content: resource.blob,
          });
        break;
      }
      case 'image':
      case 'audio':
        attachments.push({ type: block.type, mimeType: block.mimeType, fileName: block.type, content: block.data });
        break;
    }
  }
  return { message: texts.join('\n\n').trim(), attachments };
}

const nameOf = (uri: string): string => uri.split('/').at(-1) || 'file';

const KINDS: Readonly<Record<string, ToolKind>> = {
  read: 'read',
  ls: 'read',
  memory_get: 'read',
  write: 'edit',
  edit: 'edit',
  apply_patch: 'edit',
  grep: 'search',
  find: 'search',
  memory_search: 'search',
  sessions_search: 'search',
  web_search: 'search',
  web_fetch: 'fetch',
  exec: 'execute',
  process: 'execute',
  propose_plan: 'think',
};

export const kindOf = (tool: string): ToolKind => KINDS[tool] ?? 'other';

/** `read notes.md` */
export function titleOf(tool: string, args: unknown): string {
  const first = isPlainObject(args) ? Object.values(args).find((value) => typeof value === 'string') : undefined;
  const line = typeof first === 'string' ? (first.split('\n')[0] ?? '') : '';
  return cutText(`${tool} ${line}`.trim(), MOST_TITLE);
}

export function locationsOf(args: unknown): ToolCallLocation[] {
  const path = isPlainObject(args) ? (args['path'] ?? args['file_path']) : undefined;
  return typeof path === 'string' && path !== '' ? [{ path }] : [];
}

/** The words of a result. */
export function contentOf(result: unknown): ToolCallContent[] {
  const parts = isPlainObject(result) && Array.isArray(result['content']) ? (result['content'] as unknown[]) : [];
  const text = parts
    .flatMap((part) => (isPlainObject(part) && typeof part['text'] === 'string' ? [part['text']] : []))
    .join('\n');
  return text === '' ? [] : [{ type: 'content', content: { type: 'text', text: cutText(text, MOST_OUTPUT) } }];
}
