import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface StoredMail {
  uid: number;
  flags: string[];
  source: Buffer;
}

/** An IMAP and an SMTP server on loopback, without encryption; they speak line by line and refuse what is out of order. */
export class FakeMail {
  readonly user = 'ann@example.org';
  readonly password = 'p"ss\\word';
  readonly folders = new Map<string, StoredMail[]>([
    ['INBOX', []],
    ['Entw&APw-rfe', []],
  ]);
  readonly sent: { from: string; to: string[]; data: string }[] = [];
  /** Recipients that are refused. */
  readonly unknown = new Set<string>();
  private readonly imap: Server;
  private readonly smtp: Server;

  private constructor(private readonly host: string) {
    this.imap = createServer((socket) => void this.serveImap(socket).catch(() => socket.destroy()));
    this.smtp = createServer((socket) => void this.serveSmtp(socket).catch(() => socket.destroy()));
  }

  static async start(host = '127.0.0.1'): Promise<FakeMail> {
    const fake = new FakeMail(host);
    for (const server of [fake.imap, fake.smtp]) await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return fake;
  }

  get imapUrl(): string {
    return `imap://${this.host}:${(this.imap.address() as AddressInfo).port}`;
  }

  get smtpUrl(): string {
    return `smtp://${this.host}:${(this.smtp.address() as AddressInfo).port}`;
  }

  add(source: string, flags: string[] = [], folder = 'INBOX'): number {
    const mails = this.folders.get(folder) ?? [];
    const uid = 100 + mails.length;
    mails.push({ uid, flags, source: Buffer.from(source.replace(/\r?\n/g, '\r\n'), 'latin1') });
    this.folders.set(folder, mails);
    return uid;
  }

  async stop(): Promise<void> {
    for (const server of [this.imap, this.smtp]) await new Promise((resolve) => server.close(resolve));
  }

  private async serveImap(socket: Socket): Promise<void> {
    const write = (text: string | Buffer): void => void socket.write(text);
    let isIn = false;
    let open: StoredMail[] | undefined;
    write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
    for await (const line of linesOf(socket)) {
      const [, tag = '', command = '', rest = ''] = /^(\S+) (UID \w+|\w+) ?(.*)$/i.exec(line) ?? [];
      const ok = (): void => write(`${tag} OK done\r\n`);
      const no = (why: string): void => write(`${tag} NO ${why}\r\n`);
      const name = command.toUpperCase();
      if (name === 'CAPABILITY') {
        write('* CAPABILITY IMAP4rev1\r\n');
        ok();
      } else if (name === 'LOGIN') {
        const [user, password] = quotedWords(rest);
        isIn = user === this.user && password === this.password;
        if (isIn) ok();
        else no('[AUTHENTICATIONFAILED] wrong');
      } else if (name === 'LOGOUT') {
        write('* BYE\r\n');
        ok();
        socket.end();
      } else if (!isIn) write(`${tag} BAD log in first\r\n`);
      else if (name === 'LIST') {
        for (const folder of this.folders.keys()) write(`* LIST (\\HasNoChildren) "/" "${folder}"\r\n`);
        write('* LIST (\\Noselect) "/" "Archive"\r\n');
        ok();
      } else if (name === 'EXAMINE') {
        open = this.folders.get(quotedWords(rest)[0] ?? '');
        if (!open) no('no such mailbox');
        else {
          write(`* ${open.length} EXISTS\r\n* OK [UIDVALIDITY 1]\r\n`);
          ok();
        }
      } else if (!open) write(`${tag} BAD no folder is open\r\n`);
      else if (name === 'UID SEARCH') {
        const found = search(open, rest);
        if (!found) write(`${tag} BAD unknown search ${rest}\r\n`);
        else {
          write(`* SEARCH ${found.map(({ uid }) => uid).join(' ')}\r\n`);
          ok();
        }
      } else if (name === 'UID FETCH') {
        const [, uids = '', section = ''] = /^([\d,]+) \(UID FLAGS BODY\.PEEK\[([^\]]*)\]\)$/.exec(rest) ?? [];
        if (uids === '') {
          write(`${tag} BAD ${rest}\r\n`);
          continue;
        }
        for (const [index, mail] of open.entries()) {
          if (!uids.split(',').includes(String(mail.uid))) continue;
          const content = section === '' ? mail.source : headersOf(mail.source, section);
          // A server may tell flags and text in any order, and things nobody asked for in between.
          write(`* ${index + 1} FETCH (UID ${mail.uid} BODY[${section}] {${content.length}}\r\n`);
          write(content);
          write(` FLAGS (${mail.flags.join(' ')}))\r\n* OK still here\r\n`);
        }
        ok();
      } else write(`${tag} BAD unknown command\r\n`);
    }
  }

  private async serveSmtp(socket: Socket): Promise<void> {
    const say = (text: string): void => void socket.write(`${text}\r\n`);
    let isIn = false;
    let mail: { from: string; to: string[] } | undefined;
    let data: string[] | undefined;
    say('220 mail.example.org ESMTP');
    for await (const line of linesOf(socket)) {
      if (data) {
        if (line !== '.') data.push(line.startsWith('.') ? line.slice(1) : line);
        else {
          this.sent.push({ ...(mail ?? { from: '', to: [] }), data: data.join('\r\n') });
          [data, mail] = [undefined, undefined];
          say('250 2.0.0 queued as 7');
        }
      } else if (/^EHLO /.test(line)) {
        say('250-mail.example.org');
        say('250-SIZE 1000000');
        say('250 AUTH PLAIN LOGIN');
      } else if (/^AUTH PLAIN /.test(line)) {
        const told = Buffer.from(line.slice(11), 'base64').toString('utf8');
        isIn = told === `\0${this.user}\0${this.password}`;
        say(isIn ? '235 2.7.0 fine' : '535 5.7.8 wrong');
      } else if (/^QUIT/.test(line)) {
        say('221 bye');
        socket.end();
      } else if (!isIn) say('530 5.7.0 log in first');
      else if (/^MAIL FROM:<([^>]+)>$/.test(line)) {
        mail = { from: /<(.*)>/.exec(line)?.[1] ?? '', to: [] };
        say('250 fine');
      } else if (/^RCPT TO:<([^>]+)>$/.test(line) && mail) {
        const to = /<(.*)>/.exec(line)?.[1] ?? '';
        if (this.unknown.has(to)) say('550 5.1.1 nobody of that name');
        else {
          mail.to.push(to);
          say('250 fine');
        }
      } else if (line === 'DATA' && mail && mail.to.length > 0) {
        data = [];
        say('354 go on');
      } else say('503 out of order');
    }
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let buffer = '';
  for await (const chunk of socket) {
    buffer += (chunk as Buffer).toString('utf8');
    for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
      yield buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
    }
  }
}

const quotedWords = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '',
  );

function headersOf(source: Buffer, section: string): Buffer {
  const wanted = /^HEADER\.FIELDS \(([^)]*)\)$/.exec(section)?.[1]?.toLowerCase().split(' ') ?? [];
  const [head = ''] = source.toString('latin1').split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  return Buffer.from(
    `${lines.filter((line) => wanted.includes(line.split(':')[0]?.toLowerCase() ?? '')).join('\r\n')}\r\n\r\n`,
    'latin1',
  );
}

/** ALL, UNSEEN, TEXT, FROM and SINCE; anything else is a fault. */
function search(mails: readonly StoredMail[], criteria: string): StoredMail[] | undefined {
  const words = quotedWords(criteria.replace(/^CHARSET UTF-8 /, ''));
  let found = [...mails];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === 'ALL') continue;
    if (word === 'UNSEEN') found = found.filter(({ flags }) => !flags.includes('\\Seen'));
    else if (word === 'TEXT' || word === 'FROM') {
      const value = (words[++index] ?? '').toLowerCase();
      found = found.filter(({ source }) => source.toString('latin1').toLowerCase().includes(value));
    } else if (word === 'SINCE') {
      const day = words[++index] ?? '';
      if (!/^\d{1,2}-[A-Z][a-z]{2}-\d{4}$/.test(day)) return undefined;
      const at = Date.parse(`${day} UTC`);
      found = found.filter(
        ({ source }) => Date.parse(/^Date: (.*)$/m.exec(source.toString('latin1'))?.[1] ?? '') >= at,
      );
    } else return undefined;
  }
  return found;
}
