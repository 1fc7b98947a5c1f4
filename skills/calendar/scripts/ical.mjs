// Events as iCalendar writes them (RFC 5545).

/** Properties of each VEVENT: name → { value, params }. */
export function eventsIn(text) {
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const events = [];
  const open = [];
  for (const line of lines) {
    const [, name, params = '', value] = /^([\w-]+)((?:;[\w-]+=(?:"[^"]*"|[^;:"]*))*):(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = name.toUpperCase();
    if (key === 'BEGIN') {
      open.push(value.toUpperCase());
      if (open.at(-1) === 'VEVENT') events.push(new Map());
    } else if (key === 'END') open.pop();
    else if (open.at(-1) === 'VEVENT' && !events.at(-1).has(key))
      events.at(-1).set(key, {
        value,
        params: Object.fromEntries(
          [...params.matchAll(/;([\w-]+)=(?:"([^"]*)"|([^;]*))/g)].map(([, each, quoted, bare]) => [
            each.toUpperCase(),
            quoted ?? bare,
          ]),
        ),
      });
  }
  return events;
}

export const plain = (text = '') =>
  text.replace(/\\([\\;,nN])/g, (_, sign) => (sign.toLowerCase() === 'n' ? '\n' : sign));
const escaped = (text) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** Milliseconds, or the day of a date without a time. */
export function timeOf(property, zone) {
  const [, year, month, day, hour, minute, second, utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(property?.value ?? '') ?? [];
  if (!year) return undefined;
  if (hour === undefined) return { day: `${year}-${month}-${day}` };
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return { at: utc ? wall : wallToTime(wall, knownZone(property.params.TZID) ?? zone) };
}

function knownZone(name) {
  try {
    return name === undefined
      ? undefined
      : new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

const OFFSET_PARTS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
};

function wallAt(time, zone) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en', { ...OFFSET_PARTS, timeZone: zone })
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** What a clock of that zone shows, as a moment. */
export function wallToTime(wall, zone) {
  let time = wall;
  for (let step = 0; step < 3; step++) time += wall - wallAt(time, zone);
  return time;
}

export function clockText(time, zone) {
  const text = new Date(wallAt(time, zone)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

const stamp = (time) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

/** @param event title, uid, and start and end as moments, or days for whole ones (the end is the day after the last) */
export function writeEvent({ uid, title, start, end, startDay, endDay, place, note, now }) {
  const times = startDay
    ? [`DTSTART;VALUE=DATE:${startDay.replaceAll('-', '')}`, `DTEND;VALUE=DATE:${endDay.replaceAll('-', '')}`]
    : [`DTSTART:${stamp(start)}`, `DTEND:${stamp(end)}`];
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//assistant//calendar//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${stamp(now)}`,
    ...times,
    `SUMMARY:${escaped(title)}`,
  ];
  if (place) lines.push(`LOCATION:${escaped(place)}`);
  if (note) lines.push(`DESCRIPTION:${escaped(note)}`);
  return [...lines, 'END:VEVENT', 'END:VCALENDAR', ''].map(folded).join('\r\n');
}

/** At most 75 bytes a line, never inside of a letter. */
function folded(line) {
  const parts = [''];
  for (const sign of line) {
    if (Buffer.byteLength(parts.at(-1) + sign) > (parts.length === 1 ? 75 : 74)) parts.push('');
    parts[parts.length - 1] += sign;
  }
  return parts.join('\r\n ');
}
