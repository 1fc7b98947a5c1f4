#!/usr/bin/env node
// Mail over IMAP and SMTP. usage: mail.mjs folders | list | search WORDS | read UID | save UID FOLDER | send FILE [--yes]
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseServer } from './connection.mjs';
import { Imap, quoted } from './imap.mjs';
import { attachmentsOf, decodeWords, parseHeaders, parseMail, textOf } from './mime.mjs';
import { sendMail } from './smtp.mjs';

const USAGE =
  'usage: mail.mjs folders | list [--folder F] [--limit N] [--unseen] | search WORDS... [--folder F] [--from X] [--since YYYY-MM-DD] | read UID [--folder F] | save UID FOLDER [--folder F] | send FILE [--yes]';
const MOST_TEXT = 20_000;

const FLAGS = { '--folder': true, '--limit': true, '--from': true, '--since': true, '--unseen': false, '--yes': false };
const options = {};
const words = [];
async function main() {
  const [command, ...args] = process.argv.slice(2);
  while (args.length > 0) {
    const word = args.shift();
    if (!word.startsWith('--')) words.push(word);
    else if (!Object.hasOwn(FLAGS, word)) throw new Error(`unknown option ${word}\n${USAGE}`);
    else if (FLAGS[word] && args.length === 0) throw new Error(`${word} needs a value`);
    else options[word.slice(2)] = FLAGS[word] ? args.shift() : true;
  }
  if (command === 'send') return send(words[0]);
  const known = { folders, list, search, read, save };
  if (!Object.hasOwn(known, command ?? '')) throw new Error(USAGE);
  const server = parseServer(process.env.MAIL_IMAP, 'imap', 'MAIL_IMAP');
  const imap = await Imap.login(server, needed('MAIL_USER'), needed('MAIL_PASSWORD'));
  try {
    if (command !== 'folders') await imap.look(options.folder ?? 'INBOX');
    await known[command](imap);
  } finally {
    await imap.close();
  }
}

function needed(variable) {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set`);
  return value;
}

async function folders(imap) {
  console.log((await imap.folders()).join('\n'));
}

const list = (imap) => show(imap, [options.unseen ? 'UNSEEN' : 'ALL']);

function search(imap) {
  const criteria = words.flatMap((word) => ['TEXT', quoted(word)]);
  if (options.from) criteria.push('FROM', quoted(options.from));
  if (options.since) {
    const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(options.since) ?? [];
    const name = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[Number(month) - 1];
    if (!name) throw new Error(`--since ${options.since}: a day such as 2026-03-31`);
    criteria.push('SINCE', `${Number(day)}-${name}-${year}`);
  }
  if (criteria.length === 0) throw new Error(USAGE);

  const isPlain = !/[^\u0000-\u007f]/.test(criteria.join(''));
  return show(imap, isPlain ? criteria : ['CHARSET', 'UTF-8', ...criteria]);
}

/** The newest first. */
async function show(imap, criteria) {
  const limit = Number(options.limit ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) throw new Error('--limit is a number of 1 to 500');
  const uids = (await imap.search(criteria)).sort((a, b) => b - a);
  if (uids.length === 0) return console.log('no mails');
  const mails = await imap.fetch(uids.slice(0, limit), 'HEADER.FIELDS (FROM SUBJECT DATE)');
  for (const { uid, flags, content } of mails.sort((a, b) => b.uid - a.uid)) {
    const headers = parseHeaders(content.toString('latin1'));
    const at = new Date(headers.get('date') ?? '');
    const time = Number.isNaN(at.getTime()) ? '(no date)' : at.toISOString().slice(0, 16).replace('T', ' ');
    console.log(
      `${uid}\t${/\\Seen/i.test(flags) ? ' ' : 'new'}\t${time}\t${decodeWords(headers.get('from'))}\t${decodeWords(headers.get('subject'))}`,
    );
  }
  if (uids.length > limit) console.log(`… ${uids.length - limit} older ones: --limit`);
}

async function whole(imap) {
  const uid = Number(words[0]);
  if (!Number.isInteger(uid) || uid < 1) throw new Error(USAGE);
  const [mail] = await imap.fetch([uid], '');
  if (!mail) throw new Error(`there is no mail ${uid} in ${options.folder ?? 'INBOX'}`);
  return parseMail(mail.content);
}

async function read(imap) {
  const mail = await whole(imap);
  for (const name of ['from', 'to', 'cc', 'date', 'subject', 'message-id'])
    if (mail.headers.has(name)) console.log(`${name}: ${decodeWords(mail.headers.get(name))}`);
  for (const { name, kind, content } of attachmentsOf(mail))
    console.log(`attachment: ${name ?? '(no name)'} (${kind}, ${content.length} bytes)`);
  const text = textOf(mail);
  console.log(
    `\n${text.slice(0, MOST_TEXT)}${text.length > MOST_TEXT ? `\n… ${text.length - MOST_TEXT} more characters` : ''}`,
  );
}

async function save(imap) {
  if (!words[1]) throw new Error(USAGE);
  const attachments = attachmentsOf(await whole(imap));
  if (attachments.length === 0) return console.log('no attachments');
  mkdirSync(words[1], { recursive: true });
  for (const [index, { name, content }] of attachments.entries()) {
    // A name is a stranger's text: no folders, nothing hidden, nothing replaced.
    const plain =
      (name ?? '')
        .replace(/[^\p{L}\p{N}._ -]/gu, '_')
        .replace(/^[.\s]+/, '')
        .slice(0, 120) || `attachment-${index + 1}`;
    const path = [plain, ...Array.from({ length: 99 }, (_, n) => `${n + 2}-${plain}`)]
      .map((each) => join(words[1], each))
      .find((each) => !existsSync(each));
    writeFileSync(path, content, { flag: 'wx' });
    console.log(path);
  }
}

const ADDRESS = /^[^\s<>"(),:;@]+@[^\s<>"(),:;@]+$/;
const addressesIn = (value = '') =>
  (value.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [])
    .map((part) => /<([^>]*)>/.exec(part)?.[1].trim() ?? part.trim())
    .filter((part) => part !== '');

/** A file with headers, an empty line and text. Without --yes it shows what would be sent. */
async function send(path) {
  if (!path) throw new Error(USAGE);
  const [head, ...rest] = readFileSync(path, 'utf8').split(/\r?\n\r?\n/);
  const headers = parseHeaders(head);
  const from = addressesIn(headers.get('from') ?? process.env.MAIL_FROM ?? needed('MAIL_USER'))[0];
  const to = ['to', 'cc', 'bcc'].flatMap((name) => addressesIn(headers.get(name)));
  if (to.length === 0) throw new Error(`${path}: To: is missing`);
  const wrong = [from, ...to].find((address) => !ADDRESS.test(address));
  if (wrong !== undefined) throw new Error(`"${wrong}" is not an address`);
  if (!headers.get('subject')) throw new Error(`${path}: Subject: is missing`);
  const text = rest.join('\n\n').trim();
  if (!options.yes) {
    console.log(
      `not sent yet; with --yes this goes from ${from} to ${to.join(', ')}:\n\nSubject: ${headers.get('subject')}\n\n${text}`,
    );
    return;
  }
  const body = Buffer.from(text.replace(/\r?\n/g, '\r\n'))
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  const kept = ['from', 'to', 'cc', 'subject', 'reply-to', 'in-reply-to', 'references'];
  const title = { 'in-reply-to': 'In-Reply-To', 'reply-to': 'Reply-To' };
  const lines = kept.flatMap((name) =>
    name === 'from' || headers.has(name)
      ? [`${title[name] ?? name[0].toUpperCase() + name.slice(1)}: ${encodeHeader(headers.get(name) ?? from)}`]
      : [],
  );
  const id = `<${randomUUID()}@${from.split('@')[1]}>`;
  const content = [
    ...lines,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${id}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    body,
  ].join('\r\n');
  const server = parseServer(process.env.MAIL_SMTP, 'smtp', 'MAIL_SMTP');
  const said = await sendMail(server, needed('MAIL_USER'), needed('MAIL_PASSWORD'), { from, to, content });
  console.log(`sent to ${to.join(', ')} (${id}): ${said}`);
}

/** Words that are not ASCII, as RFC 2047 has them; addresses stay as they are. */
function encodeHeader(value) {
  const bare = value.replace(/"((?:[^"\\]|\\.)*)"/g, (whole, inner) =>
    /[^ -~]/.test(inner) ? inner.replace(/[\\,]/g, '') : whole,
  );
  return bare.replace(/[^\s<>]*[^ -~<>][^\s<>]*(?:\s+[^\s<>]*[^ -~<>][^\s<>]*)*/g, (part) => {
    const pieces = [''];
    for (const sign of part) {
      if (Buffer.byteLength(pieces.at(-1) + sign) > 42) pieces.push('');
      pieces[pieces.length - 1] += sign;
    }
    return pieces.map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`).join(' ');
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
