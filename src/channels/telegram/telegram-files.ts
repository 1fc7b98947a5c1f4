import type { OutboundFile } from '../../common/chat-media';
import type { GuardedHttp } from '../../tools/web/guarded-http.service';
import type { TelegramAccount } from './telegram-accounts';

const FETCH_MS = 60_000;

/** Content of a file by the path that Telegram gave. @throws Error with an address that holds the token */
export async function fetchFile(
  http: GuardedHttp,
  { settings, token }: TelegramAccount,
  path: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Buffer> {
  const root = (settings.apiRoot ?? 'https://api.telegram.org').replace(/\/$/, '');
  const answer = await http.request({
    url: `${root}/file/bot${token ?? ''}/${path}`,
    timeoutMs: FETCH_MS,
    maxBytes,
    signal,
    trustedOrigins: [new URL(root).origin],
    ...(settings.proxy ? { proxy: settings.proxy } : {}),
  });
  if (answer.status !== 200) throw new Error(`Telegram answered ${answer.status}`);
  return answer.body;
}

/** Method and field for each kind of file. */
const METHODS: Readonly<Record<OutboundFile['kind'], readonly [method: string, field: string]>> = {
  photo: ['sendPhoto', 'photo'],
  voice: ['sendVoice', 'voice'],
  audio: ['sendAudio', 'audio'],
  video: ['sendVideo', 'video'],
  sticker: ['sendSticker', 'sticker'],
  document: ['sendDocument', 'document'],
};

/** The call that sends a file; the library streams it from its path. */
export function fileCall(
  { kind, path, name }: OutboundFile,
  options: Record<string, unknown>,
): [method: string, params: Record<string, unknown>] {
  const [method, field] = METHODS[kind];
  const { caption, link_preview_options: _, ...rest } = options;
  // A form has texts only; the library knows but a few fields that are JSON.
  const fields = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : value]),
  );
  return [
    method,
    { ...fields, ...(caption && kind !== 'sticker' ? { caption } : {}), [field]: { source: path, filename: name } },
  ];
}
