// The part of IMAP (RFC 9051) that reading mail takes.
import { Connection, checkPrivate } from './connection.mjs';

export class Imap {
  tag = 0;

  static async login(server, user, password) {
    const imap = new Imap();
    imap.connection = new Connection(server);
    await imap.connection.open();
    const greeting = await imap.connection.line();
    if (!/^\* (OK|PREAUTH)/i.test(greeting)) throw new Error(`the server refuses: ${greeting}`);
    if (!server.secure) {
      const answer = await imap.command('CAPABILITY');
      const canEncrypt = answer.some((each) => /\bSTARTTLS\b/i.test(each.text));
      checkPrivate(server, canEncrypt);
      if (canEncrypt) {
        await imap.command('STARTTLS');
        await imap.connection.secure();
      }
    }
    await imap.command('LOGIN', [quoted(user), quoted(password)], 'the server does not take this user and password');
    return imap;
  }

  /** Untagged answers, each with its text and the literals in it. */
  async command(name, args = [], refusal = '') {
    const tag = `a${++this.tag}`;
    const parts = [[tag, ...name.split(' '), ...args].join(' ')];
    this.connection.write(`${parts.join(' ')}\r\n`);
    const answers = [];
    for (;;) {
      const answer = await this.answer();
      if (!answer.text.startsWith(`${tag} `)) {
        if (/^\* BYE/i.test(answer.text) && name !== 'LOGOUT')
          throw new Error(`the server ends it: ${answer.text.slice(6)}`);
        answers.push(answer);
        continue;
      }
      const said = answer.text.slice(tag.length + 1);
      if (!/^OK\b/i.test(said)) throw new Error(`${refusal || `${name} was refused`}: ${said}`);
      return answers;
    }
  }

  async answer() {
    let text = '';
    const literals = [];
    for (;;) {
      const line = await this.connection.line();
      text += line;
      const length = /\{(\d+)\}$/.exec(line)?.[1];
      if (length === undefined) return { text, literals };
      literals.push(await this.connection.bytes(Number(length)));
    }
  }

  async folders() {
    const answers = await this.command('LIST', ['""', '"*"']);
    return answers.flatMap(({ text, literals }) => {
      const [, flags, name] = /^\* LIST \(([^)]*)\) (?:"[^"]*"|NIL) (.*)$/i.exec(text) ?? [];
      if (name === undefined || /\\Noselect/i.test(flags)) return [];
      return [fromUtf7(literals[0]?.toString('latin1') ?? unquoted(name))];
    });
  }

  /** Read only: looking changes no mark. @returns the number of mails in it */
  async look(folder) {
    const answers = await this.command('EXAMINE', [quoted(toUtf7(folder))], `there is no folder "${folder}"`);
    return Number(answers.map(({ text }) => /^\* (\d+) EXISTS/i.exec(text)?.[1]).find(Boolean) ?? 0);
  }

  async search(criteria) {
    const answers = await this.command('UID SEARCH', criteria);
    return answers.flatMap(({ text }) => (/^\* SEARCH/i.test(text) ? (text.match(/\d+/g) ?? []).map(Number) : []));
  }

  /** The wanted section of each mail, with its flags. */
  async fetch(uids, section) {
    const answers = await this.command('UID FETCH', [uids.join(','), `(UID FLAGS BODY.PEEK[${section}])`]);
    return answers.flatMap(({ text, literals }) => {
      const uid = Number(/\bUID (\d+)/i.exec(text)?.[1]);
      const flags = /\bFLAGS \(([^)]*)\)/i.exec(text)?.[1] ?? '';
      return Number.isInteger(uid) && literals[0] ? [{ uid, flags, content: literals[0] }] : [];
    });
  }

  async close() {
    await this.command('LOGOUT').catch(() => undefined);
    this.connection.close();
  }
}

export function quoted(text) {
  if (/[\u0000\r\n]/.test(text)) throw new Error('line ends are not possible there');
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
const unquoted = (text) => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);

/** Names of folders: RFC 3501's own form of UTF-7. */
export const toUtf7 = (text) =>
  text
    .replace(/&/g, '&-')
    .replace(
      /[^ -~]+/g,
      (part) => `&${Buffer.from(part, 'utf16le').swap16().toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`,
    );
const fromUtf7 = (text) =>
  text.replace(/&([^-]*)-/g, (_, code) => {
    if (code === '') return '&';
    const bytes = Buffer.from(code.replaceAll(',', '/'), 'base64');
    return bytes
      .subarray(0, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  });
