import type { Gateway } from '../../gateway/use-gateway';
import { saveFile } from '../../kit/save-file';

const TYPES = { md: 'text/markdown', html: 'text/html', jsonl: 'application/jsonl' } as const;

/** Saves the whole conversation as a file of this device. */
export async function exportConversation(
  call: Gateway['call'],
  key: string,
  title: string,
  format: keyof typeof TYPES,
): Promise<void> {
  const { text } = await call<{ text: string }>('sessions.export', { key, format });
  saveFile(`${title}.${format}`, TYPES[format], text);
}
