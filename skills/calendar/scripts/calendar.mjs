#!/usr/bin/env node
// A calendar over CalDAV (RFC 4791). usage: calendar.mjs calendars | list FROM TO | add --title T --start S [--end E] | remove ADDRESS
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { clockText, eventsIn, plain, timeOf, wallToTime, writeEvent } from './ical.mjs';

const USAGE =
  'usage: calendar.mjs calendars | list FROM TO [--calendar NAME] | add --title T --start "2026-12-01 10:00" [--end ...] [--calendar NAME] [--place P] [--note N] | remove ADDRESS; all with --zone Area/City';
const WAIT_MS = 20_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const FLAGS = ['title', 'start', 'end', 'place', 'note', 'calendar', 'zone'];
const options = {};
const words = [];

async function main() {
  const [command, ...args] = process.argv.slice(2);
  while (args.length > 0) {
    const word = args.shift();
    if (!word.startsWith('--')) words.push(word);
    else if (!FLAGS.includes(word.slice(2))) throw new Error(`unknown option ${word}\n${USAGE}`);
    else if (args.length === 0) throw new Error(`${word} needs a value`);
    else options[word.slice(2)] = args.shift();
  }
  options.zone ??= process.env.CALENDAR_ZONE ?? process.env.TZ ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    new Intl.DateTimeFormat('en', { timeZone: options.zone });
  } catch {
    throw new Error(`"${options.zone}" is not a time zone; such as Europe/Vienna`);
  }
  const known = { calendars, list, add, remove };
  if (!Object.hasOwn(known, command ?? '')) throw new Error(USAGE);
  await known[command](...words);
}

function needed(variable) {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set`);
  return value;
}

function ask(method, address, { body, headers = {}, accept }) {
  const url = new URL(address, needed('CALDAV_URL'));
  // The password goes to the server that it was set for, wherever an answer may point.
  if (url.host !== new URL(needed('CALDAV_URL')).host)
    throw new Error(`${url.host} is not the server of CALDAV_URL; nothing was asked there`);
  const send = { 'http:': http, 'https:': https }[url.protocol];
  if (!send) throw new Error('CALDAV_URL must begin with https:// or http://');
  if (url.protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    throw new Error(`${url.host} is not asked without encryption; write https://`);
  const authorization = `Basic ${Buffer.from(`${needed('CALDAV_USER')}:${needed('CALDAV_PASSWORD')}`).toString('base64')}`;
  return new Promise((resolve, reject) => {
    const request = send.request(
      url,
      {
        method,
        timeout: WAIT_MS,
        headers: { authorization, ...(body ? { 'content-type': 'application/xml; charset=utf-8' } : {}), ...headers },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0, headers: said } = response;
          if (accept.includes(statusCode)) return resolve({ text, status: statusCode, headers: said, url });
          if ([301, 302, 307, 308].includes(statusCode) && said.location)
            return resolve(ask(method, new URL(said.location, url).href, { body, headers, accept }));
          if (statusCode === 401)
            return reject(
              new Error('the server does not take CALDAV_USER and CALDAV_PASSWORD; many want a password made for apps'),
            );
          reject(
            new Error(
              `${method} ${url.pathname}: the server answers ${statusCode} ${text
                .replace(/<[^>]*>/g, ' ')
                .trim()
                .slice(0, 200)}`,
            ),
          );
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error(`${url.host} did not answer within ${WAIT_MS / 1000} s`)));
    request.on('error', (error) => reject(new Error(`${url.host}: ${error.message}`)));
    request.end(body);
  });
}

const unescapeXml = (text) =>
  text.replace(
    /&(?:lt|gt|amp|quot|apos|#\d+|#x[\da-f]+);/gi,
    (code) =>
      ({ '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" })[code] ??
      String.fromCodePoint(code[2] === 'x' ? parseInt(code.slice(3), 16) : Number(code.slice(2, -1))),
  );
/** Content of elements by their names, whatever letters stand for the namespace. */
function elements(xml, name) {
  return [
    ...xml.matchAll(
      new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</(?:[\\w-]+:)?${name}\\s*>)`, 'g'),
    ),
  ].map(([, inner = '']) => inner);
}
const textIn = (xml, name) => {
  const [inner] = elements(xml, name);
  return inner === undefined
    ? undefined
    : unescapeXml(
        inner.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, raw) =>
          raw.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]),
        ),
      ).trim();
};

const NAMES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"';
const find = (address, property, depth = '0') =>
  ask('PROPFIND', address, {
    body: `<?xml version="1.0" encoding="utf-8"?><d:propfind ${NAMES}><d:prop>${property}</d:prop></d:propfind>`,
    headers: { depth },
    accept: [207],
  });

/** From the address that is set: a calendar, a home of calendars, or a server that says where they are. */
async function allCalendars() {
  const base = needed('CALDAV_URL');
  const listed = await calendarsBelow(base);
  if (listed.length > 0) return listed;
  const principal = textIn(
    elements((await find(base, '<d:current-user-principal/>')).text, 'current-user-principal')[0] ?? '',
    'href',
  );
  if (!principal) throw new Error('no calendars below CALDAV_URL, and the server does not say where they are');
  const home = textIn(
    elements((await find(principal, '<c:calendar-home-set/>')).text, 'calendar-home-set')[0] ?? '',
    'href',
  );
  if (!home) throw new Error('the server does not say where the calendars are; set CALDAV_URL to the address of one');
  return calendarsBelow(home);
}

async function calendarsBelow(address) {
  const { text, url } = await find(
    address,
    '<d:displayname/><d:resourcetype/><c:supported-calendar-component-set/>',
    '1',
  );
  return elements(text, 'response').flatMap((response) => {
    const type = elements(response, 'resourcetype')[0] ?? '';
    if (!/<(?:[\w-]+:)?calendar[\s/>]/.test(type)) return [];
    const parts = elements(response, 'supported-calendar-component-set')[0] ?? '';
    if (/name="/.test(parts) && !/name="VEVENT"/.test(parts)) return [];
    const href = new URL(textIn(response, 'href') ?? '', url).href;
    return [
      { href, name: textIn(response, 'displayname') || decodeURIComponent(href.replace(/\/$/, '').split('/').at(-1)) },
    ];
  });
}

async function calendars() {
  for (const { name, href } of await allCalendars()) console.log(`${name}\t${href}`);
}

async function chosen() {
  const all = await allCalendars();
  if (options.calendar === undefined) return all;
  const fitting = all.filter(({ name, href }) => name === options.calendar || href === options.calendar);
  if (fitting.length === 0)
    throw new Error(`there is no calendar "${options.calendar}"; there are: ${all.map(({ name }) => name).join(', ')}`);
  return fitting;
}

/** `2026-12-01`, or with a time `2026-12-01 10:00`, as the zone's clocks show it. */
function moment(text, what) {
  const [, day, hour, minute] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d):(\d\d))?$/.exec(text ?? '') ?? [];
  const wall = Date.parse(`${day}T${hour ?? '00'}:${minute ?? '00'}:00Z`);
  if (!day || Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== day)
    throw new Error(`${what} "${text ?? ''}": a day such as 2026-12-01, or "2026-12-01 10:00"`);
  return { at: wallToTime(wall, options.zone), day: hour === undefined ? day : undefined };
}

const stamp = (time) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

async function list(from, to) {
  const [first, last] = [moment(from, 'FROM'), moment(to ?? from, 'TO')];
  const end = last.day === undefined ? last.at : last.at + DAY_MS;
  if (end <= first.at) throw new Error('TO lies before FROM');
  const range = `start="${stamp(first.at)}" end="${stamp(end)}"`;
  const body = `<?xml version="1.0" encoding="utf-8"?><c:calendar-query ${NAMES}><d:prop><d:getetag/><c:calendar-data><c:expand ${range}/></c:calendar-data></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range ${range}/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`;
  const found = [];
  for (const { name, href } of await chosen()) {
    const { text, url } = await ask('REPORT', href, { body, headers: { depth: '1' }, accept: [207] });
    for (const response of elements(text, 'response'))
      for (const event of eventsIn(textIn(response, 'calendar-data') ?? ''))
        found.push({ ...described(event), calendar: name, href: new URL(textIn(response, 'href') ?? '', url).href });
  }
  found.sort((a, b) => a.sort - b.sort);
  for (const { when, title, place, calendar, href } of found)
    console.log([when, title, place, calendar, href].join('\t'));
  console.log(found.length > 0 ? `${found.length} events, times of ${options.zone}` : 'nothing in that time');
}

function described(event) {
  const [start, end] = [timeOf(event.get('DTSTART'), options.zone), timeOf(event.get('DTEND'), options.zone)];
  const repeats = event.has('RRULE') ? ' (repeats)' : '';
  const when = start?.day
    ? `${start.day} all day`
    : `${start ? clockText(start.at, options.zone) : '?'}${end?.at ? ` to ${clockText(end.at, options.zone).slice(start && clockText(start.at, options.zone).slice(0, 10) === clockText(end.at, options.zone).slice(0, 10) ? 11 : 0)}` : ''}`;
  return {
    sort: start?.at ?? Date.parse(start?.day ?? 0),
    when: when + repeats,
    title: plain(event.get('SUMMARY')?.value) || '(no title)',
    place: plain(event.get('LOCATION')?.value),
  };
}

async function add() {
  const { title, place, note } = options;
  if (!title) throw new Error(`--title is missing\n${USAGE}`);
  const start = moment(options.start, '--start');
  const end = options.end === undefined ? undefined : moment(options.end, '--end');
  if (end && (end.day === undefined) !== (start.day === undefined))
    throw new Error('--start and --end both have a time, or neither');
  if (end && (end.at < start.at || (end.at === start.at && start.day === undefined)))
    throw new Error('--end lies before --start');
  const all = await chosen();
  if (all.length > 1)
    throw new Error(`which calendar? --calendar with one of: ${all.map(({ name }) => name).join(', ')}`);
  const [target] = all;
  if (!target) throw new Error('there is no calendar to write to');
  const uid = randomUUID();
  const times = start.day
    ? { startDay: start.day, endDay: new Date(Date.parse(end?.day ?? start.day) + DAY_MS).toISOString().slice(0, 10) }
    : { start: start.at, end: end?.at ?? start.at + HOUR_MS };
  const body = writeEvent({ uid, title, place, note, now: Date.now(), ...times });
  const { url } = await ask('PUT', `${target.href.replace(/\/?$/, '/')}${uid}.ics`, {
    body,
    headers: { 'content-type': 'text/calendar; charset=utf-8', 'if-none-match': '*' },
    accept: [201, 204],
  });
  console.log(
    `${title}: ${start.day ?? clockText(start.at, options.zone)} (${options.zone}) in ${target.name}\n${url.href}`,
  );
}

/** Only what is still as it was when it was looked at. */
async function remove(address) {
  if (!address) throw new Error(USAGE);
  const { text, headers } = await ask('GET', address, { accept: [200] });
  const [event] = eventsIn(text);
  if (!event) throw new Error(`${address} is not an event`);
  await ask('DELETE', address, { headers: headers.etag ? { 'if-match': headers.etag } : {}, accept: [200, 204] });
  console.log(`removed: ${plain(event.get('SUMMARY')?.value)}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
