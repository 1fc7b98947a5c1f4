// What a mail says: headers, text, attachments (RFC 5322, 2045, 2047, 2231).

export function parseMail(bytes) {
  const gap = /\r?\n\r?\n/.exec(bytes.toString('latin1'));
  const head = gap ? bytes.toString('latin1', 0, gap.index) : bytes.toString('latin1');
  const headers = parseHeaders(head);
  const body = gap ? bytes.subarray(gap.index + gap[0].length) : Buffer.alloc(0);
  return { headers, parts: partsOf(headers, body, 0) };
}

export function parseHeaders(head) {
  const headers = new Map();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value);
  }
  return headers;
}

/** Words such as `=?utf-8?Q?caf=C3=A9?=`, and bytes that were written without them. */
export function decodeWords(text = '') {
  const joined = text.replace(/(\?=)\s+(=\?)/g, '$1$2');
  const plain = Buffer.from(joined, 'latin1').toString('utf8');
  return (plain.includes('\ufffd') ? joined : plain).replace(
    /=\?([^?*]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi,
    (_, charset, kind, value) =>
      toText(
        kind.toLowerCase() === 'b' ? Buffer.from(value, 'base64') : quotedPrintable(value.replaceAll('_', ' ')),
        charset,
      ),
  );
}

function parameter(value, name) {
  const [, quoted, bare] = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(value) ?? [];
  if (quoted !== undefined || bare !== undefined) return decodeWords(quoted?.replace(/\\(.)/g, '$1') ?? bare);
  const [, charset, encoded] = new RegExp(`;\\s*${name}\\*=([^']*)'[^']*'([^;\\s]+)`, 'i').exec(value) ?? [];
  return encoded === undefined
    ? undefined
    : toText(
        Buffer.from(
          encoded.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
          'latin1',
        ),
        charset,
      );
}

function partsOf(headers, body, depth) {
  const type = headers.get('content-type') ?? 'text/plain';
  const kind = /^[\w.+-]+\/[\w.+-]+/.exec(type.trim())?.[0].toLowerCase() ?? 'text/plain';
  const boundary = parameter(type, 'boundary');
  if (kind.startsWith('multipart/') && boundary !== undefined && depth < 20) {
    const text = body.toString('latin1');
    const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pieces = `\r\n${text}`.split(new RegExp(`\\r?\\n--${escaped}(?:--)?[ \\t]*(?=\\r?\\n|$)`)).slice(1);
    return pieces.flatMap((piece) => {
      const inner = piece.replace(/^\r?\n/, '');
      const gap = /\r?\n\r?\n/.exec(inner);
      if (!gap) return [];
      return partsOf(
        parseHeaders(inner.slice(0, gap.index)),
        Buffer.from(inner.slice(gap.index + gap[0].length), 'latin1'),
        depth + 1,
      );
    });
  }
  const encoding = (headers.get('content-transfer-encoding') ?? '').trim().toLowerCase();
  const content =
    encoding === 'base64'
      ? Buffer.from(body.toString('latin1'), 'base64')
      : encoding === 'quoted-printable'
        ? quotedPrintable(body.toString('latin1'))
        : body;
  const disposition = headers.get('content-disposition') ?? '';
  const name = parameter(disposition, 'filename') ?? parameter(type, 'name');
  return [
    {
      kind,
      charset: parameter(type, 'charset') ?? 'utf-8',
      content,
      name,
      isAttachment: /^attachment/i.test(disposition) || (name !== undefined && !kind.startsWith('text/')),
    },
  ];
}

const quotedPrintable = (text) =>
  Buffer.from(
    text.replace(/=[ \t]*\r?\n/g, '').replace(/=([\da-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );

function toText(bytes, charset) {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The text of a mail, plain where it has that. */
export function textOf({ parts }) {
  const shown = parts.filter((part) => !part.isAttachment);
  const plain = shown.filter(({ kind }) => kind === 'text/plain');
  if (plain.length > 0)
    return plain
      .map((part) => toText(part.content, part.charset))
      .join('\n')
      .trim();
  return shown
    .filter(({ kind }) => kind === 'text/html')
    .map((part) => htmlText(toText(part.content, part.charset)))
    .join('\n')
    .trim();
}

function htmlText(html) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', apos: "'" };
  return html
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<a\b[^>]*href="(https?:[^"]*)"[^>]*>([\s\S]*?)<\/a>/gi, '$2 ($1)')
    .replace(/<(br|\/p|\/div|\/tr|\/h\d|\/li)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#\d+|#x[\da-f]+|\w+);/gi, (whole, code) =>
      code[0] === '#'
        ? String.fromCodePoint(code[1].toLowerCase() === 'x' ? parseInt(code.slice(2), 16) : Number(code.slice(1)))
        : (named[code] ?? whole),
    )
    .replace(/[ \t]+/g, ' ')
    .replace(/\n\s*\n\s*/g, '\n\n');
}

export const attachmentsOf = ({ parts }) => parts.filter((part) => part.isAttachment);
