#!/usr/bin/env node
// What is said in a YouTube video, from its captions. usage: transcript.mjs ADDRESS-OR-ID [--lang de,en] [--list] [--times] [--out FILE]
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const USAGE = 'usage: transcript.mjs ADDRESS-OR-ID [--lang de,en] [--list] [--times] [--out FILE]';
const BASE = process.env.YOUTUBE_BASE_URL ?? 'https://www.youtube.com';

function main(args) {
  const options = { lang: '' };
  const words = [];
  while (args.length > 0) {
    const word = args.shift();
    if (word === '--list' || word === '--times') options[word.slice(2)] = true;
    else if (word === '--lang' || word === '--out') {
      if (args.length === 0) throw new Error(`${word} needs a value`);
      options[word.slice(2)] = args.shift();
    } else if (word.startsWith('--')) throw new Error(`unknown option ${word}\n${USAGE}`);
    else words.push(word);
  }
  if (words.length !== 1) throw new Error(USAGE);
  const id = videoId(words[0]);
  const { tracks, title } = tracksOf(id);
  if (options.list) {
    for (const { languageCode, name, kind } of tracks)
      console.log([languageCode, labelOf(name), kind === 'asr' ? 'by machine' : 'by people'].join('\t'));
    return;
  }
  const track = choose(tracks, options.lang.split(',').filter(Boolean));
  const lines = linesIn(get(trackAddress(track.baseUrl)));
  if (lines.length === 0)
    throw new Error(
      'YouTube sent an empty transcript; it does so to programs that it does not like. Try later, or yt-dlp',
    );
  const text = options.times
    ? lines.map(({ at, said }) => `[${clock(at)}] ${said}`).join('\n')
    : lines.map(({ said }) => said).join(' ');
  const whole = `${title}\nhttps://www.youtube.com/watch?v=${id} · captions ${track.languageCode}${track.kind === 'asr' ? ', written by a machine' : ''}\n\n${text}\n`;
  if (options.out) {
    writeFileSync(options.out, whole);
    console.log(`${options.out}: ${lines.length} lines, ${text.length} characters, up to ${clock(lines.at(-1).at)}`);
  } else process.stdout.write(whole);
}

function videoId(text) {
  const found =
    /^[\w-]{11}$/.exec(text)?.[0] ??
    /(?:[?&]v=|youtu\.be\/|\/(?:shorts|live|embed)\/)([\w-]{11})(?![\w-])/.exec(text)?.[1];
  if (!found) throw new Error(`"${text}" is not the address of a YouTube video`);
  return found;
}

/** By curl, which knows the way out of the sandbox. */
function get(address, body) {
  const more = body === undefined ? [] : ['-H', 'content-type: application/json', '--data-binary', '@-'];
  const { status, stdout, stderr, error } = spawnSync(
    'curl',
    [
      '-sS',
      '--fail',
      '--compressed',
      '--max-time',
      '30',
      '--max-filesize',
      '20000000',
      '-L',
      '-A',
      'Mozilla/5.0',
      '-H',
      'accept-language: en',
      ...more,
      address,
    ],
    { input: body, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error) throw new Error(`curl: ${error.message}`);
  if (status !== 0) throw new Error(`${new URL(address).host}: ${stderr.trim() || `curl ended with ${status}`}`);
  return stdout;
}

function tracksOf(id) {
  const page = get(`${BASE}/watch?v=${id}`);
  const key = /"INNERTUBE_API_KEY"\s*:\s*"([\w-]+)"/.exec(page)?.[1];
  if (!key)
    throw new Error(
      page.includes('consent')
        ? 'YouTube asks for consent first; that is for a person with a browser'
        : 'the page of YouTube has changed: no key in it',
    );
  const context = { client: { clientName: 'ANDROID', clientVersion: '20.10.38' } };
  const player = JSON.parse(get(`${BASE}/youtubei/v1/player?key=${key}`, JSON.stringify({ context, videoId: id })));
  const { status, reason } = player.playabilityStatus ?? {};
  if (status !== 'OK') throw new Error(`YouTube does not show this video: ${reason ?? status ?? 'no reason given'}`);
  const tracks = player.captions?.playerCaptionsTracklistRenderer?.captionTracks ?? [];
  if (tracks.length === 0) throw new Error('this video has no captions');
  return { tracks, title: player.videoDetails?.title ?? '' };
}

/** Captions come from the host that was asked, whatever an answer says. */
function trackAddress(text) {
  const url = new URL(text, BASE);
  if (url.host !== new URL(BASE).host) throw new Error(`${url.host} is not YouTube`);
  url.searchParams.delete('fmt');
  return url.href;
}

const labelOf = (name) => name?.simpleText ?? name?.runs?.map(({ text }) => text).join('') ?? '';

/** In the order of the wished languages; by people before by machine. */
function choose(tracks, wished) {
  const sorted = [...tracks].sort((a, b) => Number(a.kind === 'asr') - Number(b.kind === 'asr'));
  for (const language of wished) {
    const track =
      sorted.find(({ languageCode }) => languageCode === language) ??
      sorted.find(({ languageCode }) => languageCode.split('-')[0] === language.split('-')[0]);
    if (track) return track;
  }
  if (wished.length > 0)
    throw new Error(
      `no captions in ${wished.join(', ')}; there are: ${[...new Set(tracks.map(({ languageCode }) => languageCode))].join(', ')}`,
    );
  return sorted[0];
}

const NAMED = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const unescaped = (text) =>
  text.replace(/&(#\d+|#x[\da-f]+|\w+);/gi, (whole, code) =>
    code[0] === '#'
      ? String.fromCodePoint(code[1].toLowerCase() === 'x' ? parseInt(code.slice(2), 16) : Number(code.slice(1)))
      : (NAMED[code] ?? whole),
  );

/** Both forms in use: `<text start="1.2">` in seconds, and `<p t="1200">` in milliseconds. */
function linesIn(xml) {
  const parts = [...xml.matchAll(/<(text|p)\b([^>]*)>([\s\S]*?)<\/\1>/g)];
  return parts.flatMap(([, kind, attributes, inner]) => {
    const at =
      Number((kind === 'text' ? /\bstart="([\d.]+)"/ : /\bt="(\d+)"/).exec(attributes)?.[1] ?? 0) /
      (kind === 'text' ? 1 : 1000);
    const said = unescaped(unescaped(inner.replace(/<[^>]*>/g, '')))
      .replace(/\s+/g, ' ')
      .trim();
    return said === '' ? [] : [{ at, said }];
  });
}

function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return `${hours > 0 ? `${hours}:` : ''}${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
