import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A CalDAV server (RFC 4791) on loopback: finds its way by PROPFIND, answers REPORTs by time, keeps what is PUT. */
export class FakeCalDav {
  readonly user = 'ann';
  readonly password = 'app-password';
  /** iCalendar texts by path. */
  readonly events = new Map<string, string>();
  readonly requests: { method: string; path: string; body: string }[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<FakeCalDav> {
    const fake = new FakeCalDav();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = '' } = request;
    const path = request.url ?? '/';
    this.requests.push({ method, path, body });
    const say = (status: number, text = '', headers: Record<string, string> = {}): void => {
      response.writeHead(status, headers).end(text);
    };
    const expected = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`;
    if (request.headers.authorization !== expected) return say(401, 'no', { 'www-authenticate': 'Basic realm="dav"' });
    const multi = (parts: string[]): void =>
      say(
        207,
        `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${parts.join('')}</D:multistatus>`,
        {
          'content-type': 'application/xml; charset=utf-8',
        },
      );
    if (method === 'PROPFIND') return this.propfind(path, body, request.headers['depth'], say, multi);
    if (method === 'REPORT') return this.report(path, body, say, multi);
    const known = this.events.get(path);
    if (method === 'GET') return known === undefined ? say(404) : say(200, known, { etag: etagOf(known) });
    if (method === 'PUT') {
      if (!/^\/cal\/ann\/(private|work)\/[\w-]+\.ics$/.test(path)) return say(409, 'no such calendar');
      if (request.headers['if-none-match'] === '*' && known !== undefined) return say(412);
      if (!request.headers['content-type']?.startsWith('text/calendar')) return say(415);
      const fault = faultOf(body);
      if (fault !== undefined) return say(403, `<D:error xmlns:D="DAV:">${fault}</D:error>`);
      this.events.set(path, body);
      return say(201, '', { etag: etagOf(body) });
    }
    if (method === 'DELETE') {
      if (known === undefined) return say(404);
      const match = request.headers['if-match'];
      if (match !== undefined && match !== etagOf(known)) return say(412);
      this.events.delete(path);
      return say(204);
    }
    say(405);
  }

  private propfind(
    path: string,
    body: string,
    depth: string | string[] | undefined,
    say: (status: number, text?: string) => void,
    multi: (parts: string[]) => void,
  ): void {
    if (!body.includes('DAV:') || depth === undefined) return say(400, 'PROPFIND needs a depth and names in DAV:');
    const one = (href: string, prop: string): string =>
      `<D:response><D:href>${href}</D:href><D:propstat><D:prop>${prop}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
    const calendar = (name: string, label: string, kind: string): string =>
      one(
        `/cal/ann/${name}/`,
        `<D:displayname>${label}</D:displayname><D:resourcetype><D:collection/><C:calendar/></D:resourcetype><C:supported-calendar-component-set><C:comp name="${kind}"/></C:supported-calendar-component-set>`,
      );
    if (path === '/') {
      if (!body.includes('current-user-principal'))
        return multi([one('/', '<D:resourcetype><D:collection/></D:resourcetype>')]);
      return multi([
        one('/', '<D:current-user-principal><D:href>/principals/ann/</D:href></D:current-user-principal>'),
      ]);
    }
    if (path === '/principals/ann/')
      return multi([one(path, '<C:calendar-home-set><D:href>/cal/ann/</D:href></C:calendar-home-set>')]);
    if (path === '/cal/ann/')
      return multi([
        one(path, '<D:resourcetype><D:collection/></D:resourcetype>'),
        ...(depth === '1'
          ? [
              calendar('private', 'Private &amp; family', 'VEVENT'),
              calendar('work', 'Work', 'VEVENT'),
              calendar('todo', 'Tasks', 'VTODO'),
            ]
          : []),
      ]);
    say(404);
  }

  /** Only events that touch the time; without a time-range it is refused, as by many servers. */
  private report(
    path: string,
    body: string,
    say: (status: number, text?: string) => void,
    multi: (parts: string[]) => void,
  ): void {
    const [, start = '', end = ''] = /<c:time-range start="(\d{8}T\d{6}Z)" end="(\d{8}T\d{6}Z)"\/>/.exec(body) ?? [];
    if (!body.includes('calendar-query') || start === '' || !body.includes('urn:ietf:params:xml:ns:caldav'))
      return say(400);
    const fitting = [...this.events].filter(([each, text]) => {
      const at = /DTSTART[^:]*:(\d{8})(T\d{6})?/.exec(text);
      const time = `${at?.[1] ?? ''}${at?.[2] ?? 'T000000'}Z`;
      return each.startsWith(path) && time >= start && time < end;
    });
    multi(
      fitting.map(
        ([href, text]) =>
          `<D:response><D:href>${href}</D:href><D:propstat><D:prop><D:getetag>${etagOf(text)}</D:getetag><C:calendar-data>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</C:calendar-data></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`,
      ),
    );
  }
}

const etagOf = (text: string): string => `"${Buffer.from(text).toString('base64url').slice(0, 8)}${text.length}"`;

/** What RFC 5545 wants of a calendar with one event. */
function faultOf(text: string): string | undefined {
  const lines = text.split('\r\n');
  if (lines.at(-1) !== '' || text.replaceAll('\r\n', '').includes('\n')) return 'lines end with CRLF';
  if (lines.some((line) => Buffer.byteLength(line) > 75)) return 'a line has more than 75 bytes';
  for (const needed of ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'END:VEVENT', 'END:VCALENDAR'])
    if (!lines.includes(needed)) return `${needed} is missing`;
  for (const name of ['PRODID', 'UID', 'DTSTAMP', 'DTSTART'])
    if (!lines.some((line) => line.startsWith(`${name}:`) || line.startsWith(`${name};`))) return `${name} is missing`;
  return undefined;
}
