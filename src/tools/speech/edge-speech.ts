import { createHash, randomBytes } from 'node:crypto';
import { familyOf } from '../../common/net/address';
import { hostOf, portOf } from '../../common/net/host';
import { ToolError } from '../agent-tool';

/** Token that the browser's read-aloud feature sends; it is part of the public service, not anybody's secret. */
const CLIENT_TOKEN = '6A5AA1D4EAFF4E9FB37E23D68491D6F4';
const BROWSER_VERSION = '143.0.3650.75';
const SERVICE = 'wss://speech.platform.bing.com/consumer/speech/synthesize/readaloud/edge/v1';
/** Seconds between 1601, where Windows counts from, and 1970. */
const WINDOWS_EPOCH_S = 11_644_473_600n;
const TICKS_PER_SECOND = 10_000_000n;
const TICKS_PER_WINDOW = 300n * TICKS_PER_SECOND;

export interface EdgeVoice {
  voice: string;
  lang: string;
  outputFormat: string;
  rate: string;
  pitch: string;
  volume: string;
  /** Address of the service, for a stand-in. */
  baseUrl?: string;
}

/**
 * Speech from the read-aloud service of Microsoft Edge: no key, one WebSocket per text.
 * @param addressFor looks the host up and refuses private addresses; the connection goes to what it gives
 * @throws ToolError upstream_error, timeout, aborted
 */
export async function speakByEdge(
  text: string,
  voice: EdgeVoice,
  addressFor: (host: string, port: number) => Promise<string>,
  signal: AbortSignal,
): Promise<Buffer> {
  const url = new URL(voice.baseUrl ?? SERVICE);
  url.searchParams.set('TrustedClientToken', CLIENT_TOKEN);
  url.searchParams.set('Sec-MS-GEC', securityToken(Date.now()));
  url.searchParams.set('Sec-MS-GEC-Version', `1-${BROWSER_VERSION}`);
  const address = await addressFor(hostOf(url).name, portOf(url));
  const { WebSocket } = await import('ws');
  const major = BROWSER_VERSION.split('.')[0] ?? '';
  const socket = new WebSocket(url, {
    lookup: (_host, options, done) => {
      const family = familyOf(address);
      if (options.all) (done as (error: null, found: unknown) => void)(null, [{ address, family }]);
      else done(null, address, family);
    },
    origin: 'chrome-extension://jdiccldimpdaibmpdkjnbmckianbfold',
    headers: {
      'user-agent': `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36 Edg/${major}.0.0.0`,
    },
    maxPayload: 4 * 1024 * 1024,
  });
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const audio: Buffer[] = [];
      signal.addEventListener('abort', () => reject(signalError(signal)), { once: true });
      socket.on('error', (error) => reject(new ToolError('upstream_error', error.message)));
      socket.on('close', () => reject(new ToolError('upstream_error', 'the connection was closed before the end')));
      socket.on('open', () => {
        socket.send(message('speech.config', 'application/json; charset=utf-8', speechConfig(voice)));
        socket.send(message('ssml', 'application/ssml+xml', ssml(text, voice)));
      });
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) {
          // Two bytes: length of the header in front of the sound.
          const head = data.length >= 2 ? data.readUInt16BE(0) : 0;
          if (data.toString('latin1', 2, 2 + head).includes('Path:audio')) audio.push(data.subarray(2 + head));
        } else if (data.toString('utf8').includes('Path:turn.end')) {
          if (audio.length > 0) resolve(Buffer.concat(audio));
          else reject(new ToolError('upstream_error', 'it answered without audio'));
        }
      });
    });
  } finally {
    socket.on('error', () => undefined);
    socket.terminate();
  }
}

/** Proof of freshness that the service asks for: the current five minutes and the client token, hashed. */
export function securityToken(nowMs: number): string {
  const ticks = (BigInt(Math.floor(nowMs / 1000)) + WINDOWS_EPOCH_S) * TICKS_PER_SECOND;
  const window = ticks - (ticks % TICKS_PER_WINDOW);
  return createHash('sha256').update(`${window}${CLIENT_TOKEN}`, 'ascii').digest('hex').toUpperCase();
}

function signalError(signal: AbortSignal): ToolError {
  const isTimeout = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return isTimeout ? new ToolError('timeout', 'it did not finish in time') : new ToolError('aborted', 'it was stopped');
}

const message = (path: string, type: string, body: string): string =>
  `X-RequestId:${randomBytes(16).toString('hex')}\r\nX-Timestamp:${new Date().toISOString()}\r\nContent-Type:${type}\r\nPath:${path}\r\n\r\n${body}`;

const speechConfig = (voice: EdgeVoice): string =>
  JSON.stringify({
    context: {
      synthesis: {
        audio: {
          metadataoptions: { sentenceBoundaryEnabled: 'false', wordBoundaryEnabled: 'false' },
          outputFormat: voice.outputFormat,
        },
      },
    },
  });

function ssml(text: string, { voice, lang, rate, pitch, volume }: EdgeVoice): string {
  const escape = (value: string): string =>
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&apos;');
  return `<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='${escape(lang)}'><voice name='${escape(voice)}'><prosody rate='${escape(rate)}' pitch='${escape(pitch)}' volume='${escape(volume)}'>${escape(text)}</prosody></voice></speak>`;
}
