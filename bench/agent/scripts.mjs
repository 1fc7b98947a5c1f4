// Steps of the scripted model: each gets what tools have told so far in the turn, and gives a call or the answer.
import { join } from 'node:path';
import { at } from '../../scripts/paths.mjs';

const call = (name, args) => () => ({ tool: { name, args } });
const exec = (command, more = {}) => call('exec', { command, ...more });
const say = (text) => (results) => ({ text: typeof text === 'function' ? text(results) : text });
const skill = (name) => call('read', { path: at('skills', name, 'SKILL.md') });
const script = (name, file) => `node ${join(at('skills', name), 'scripts', file)}`;
/** What stands in a result, as somebody who reads it would find it. */
const found = (text, pattern) => pattern.exec(text ?? '')?.[1] ?? '(not found)';

/** @param place addresses and ports of what the tasks use */
export const scriptsFor = (place) => ({
  'fix-test': [
    exec('node --test', { workdir: 'fix-test' }),
    call('read', { path: 'fix-test/sum.js' }),
    call('edit', { path: 'fix-test/sum.js', oldText: 'a - b', newText: 'a + b' }),
    exec('node --test', { workdir: 'fix-test' }),
    say((results) =>
      /# fail 0/.test(results[3]) ? 'It subtracted instead of adding; the test passes now.' : 'It still fails.',
    ),
  ],
  refactor: [
    call('grep', { pattern: '\\bcalc\\b', path: 'refactor' }),
    call('edit', { path: 'refactor/shop.js', oldText: 'calc', newText: 'totalOf', replaceAll: true }),
    call('edit', { path: 'refactor/app.js', oldText: 'calc', newText: 'totalOf', replaceAll: true }),
    exec('node app.js', { workdir: 'refactor' }),
    say('Renamed in both files; the program prints the same.'),
  ],
  'summarise-pdf': [
    call('read', { path: 'summarise-pdf/report.pdf' }),
    (results) => ({
      tool: {
        name: 'write',
        args: {
          path: 'summarise-pdf/summary.md',
          content: `# Summary\n\nVisitors: ${found(results[0], /counted ([\d,]+) visitors/)}. Place: ${found(results[0], /moves to (\w+)/)}.\n`,
        },
      },
    }),
    say('The summary is in summary.md.'),
  ],
  'fill-sheet': [
    skill('documents'),
    exec(`${script('documents', 'xlsx.mjs')} read stock.xlsx --json`, { workdir: 'fill-sheet' }),
    (results) => {
      const rows = JSON.parse(found(results[1], /(\[\[.*\]\])/));
      const row = rows.findIndex(([name]) => name === 'Tea') + 1;
      return {
        tool: {
          name: 'write',
          args: { path: 'fill-sheet/changes.json', content: JSON.stringify({ [`B${row}`]: 12 }) },
        },
      };
    },
    exec(`${script('documents', 'xlsx.mjs')} fill stock.xlsx changes.json filled.xlsx`, { workdir: 'fill-sheet' }),
    exec(`${script('documents', 'xlsx.mjs')} read filled.xlsx`, { workdir: 'fill-sheet' }),
    say('Filled.'),
  ],
  research: [
    call('web_fetch', { url: `${place.site}/maker` }),
    call('web_fetch', { url: `${place.site}/test` }),
    (results) => ({
      tool: {
        name: 'write',
        args: {
          path: 'research/report.md',
          content: `# Kettle\n\n- Volume: ${found(results[0], /holds ([\d.]+) litres/)} l (${place.site}/maker)\n- Time to boil: ${found(results[1], /boils in (\d+) seconds/)} s (${place.site}/test)\n`,
        },
      },
    }),
    say('The report with its two sources is in research/report.md.'),
  ],
  chart: [
    skill('data-analysis'),
    exec(
      `${script('data-analysis', 'analyse.mjs')} sales.csv --group shop --value amount > by-shop.csv && cat by-shop.csv`,
      { workdir: 'chart' },
    ),
    exec(`${script('data-analysis', 'chart.mjs')} by-shop.csv --x shop --y "sum of amount" --out chart.svg`, {
      workdir: 'chart',
    }),
    say((results) => `The most was sold by ${found(results[1], /\n(\w+),/)}.`),
  ],
  'cut-video': [
    skill('video-frames'),
    exec('ffmpeg -v error -y -ss 1 -i film.mp4 -t 2 -c:v mpeg4 clip.mp4', { workdir: 'cut-video' }),
    exec('ffprobe -v error -show_entries format=duration -of csv=p=0 clip.mp4', { workdir: 'cut-video' }),
    say((results) => `The clip has ${found(results[2], /([\d.]+)/)} seconds.`),
  ],
  page: [
    call('write', {
      path: 'page/site/index.html',
      content: '<!doctype html><title>Shop</title><h1>Opening hours</h1><p>Monday to Friday, 9 to 17</p>',
    }),
    exec(`node serve.mjs ${place.pagePort}`, { workdir: 'page', background: true }),
    call('browser', { action: 'open', targetUrl: `http://127.0.0.1:${place.pagePort}/` }),
    call('browser', { action: 'snapshot' }),
    call('browser', { action: 'screenshot' }),
    (results) => ({
      tool: { name: 'process', args: { action: 'kill', sessionId: found(results[1], /background as (\S+)/) } },
    }),
    say((results) => `The page shows: ${found(results[3], /heading "([^"]*)"/)}`),
  ],
  digest: [
    call('cron', {
      action: 'add',
      job: {
        name: 'Digest',
        schedule: { kind: 'cron', expr: '0 7 * * *' },
        payload: { kind: 'agentTurn', message: 'Sum up the news of the day in five lines.' },
        delivery: { mode: 'announce' },
      },
    }),
    say('Every morning at seven.'),
  ],
  remind: [
    call('cron', {
      action: 'add',
      job: {
        name: 'Tea',
        schedule: { kind: 'at', at: 'in 20m' },
        payload: { kind: 'systemEvent', text: 'The tea is ready: tell Ann.' },
      },
    }),
    say('I shall tell you in twenty minutes.'),
  ],
  conversations: [
    call('sessions_list', {}),
    call('sessions_history', { sessionKey: 'agent:main:bench-earlier' }),
    say((results) => `The locksmith is ${found(results[1], /locksmith is called (\w+)/)}.`),
  ],
  'edit-files': [
    call('grep', { pattern: '0316 1111', literal: true, path: 'edit-files' }),
    ...['a.md', 'b.md', 'c.txt'].map((file) =>
      call('edit', { path: `edit-files/${file}`, oldText: '0316 1111', newText: '0316 2222', replaceAll: true }),
    ),
    call('grep', { pattern: '0316 1111', literal: true, path: 'edit-files' }),
    say('Changed in three files.'),
  ],
  memory: [
    call('memory_search', { query: 'bike' }),
    say((results) => `It is a ${found(results[0], /bike is a (\w+ \w+)/)}.`),
  ],
  'merge-pdfs': [
    skill('documents'),
    exec(`${script('documents', 'pdf.mjs')} merge all.pdf one.pdf two.pdf`, { workdir: 'merge-pdfs' }),
    exec(`${script('documents', 'pdf.mjs')} info all.pdf`, { workdir: 'merge-pdfs' }),
    say((results) => `${found(results[2], /pages: (\d+)/)} pages.`),
  ],
  diagram: [
    skill('diagrams'),
    call('write', {
      path: 'diagram/order.txt',
      content: 'order = (Order)\npaid = <Paid?>\norder -> paid\npaid -> ship: yes\npaid -> remind: no\n',
    }),
    exec(`${script('diagrams', 'diagram.mjs')} order.txt order.svg`, { workdir: 'diagram' }),
    say('Drawn.'),
  ],
  docx: [
    skill('documents'),
    exec(`${script('documents', 'docx.mjs')} text minutes.docx > minutes.md && cat minutes.md`, { workdir: 'docx' }),
    say('Converted.'),
  ],
  transcript: [
    skill('youtube-transcripts'),
    exec(`${script('youtube-transcripts', 'transcript.mjs')} dQw4w9WgXcQ --out talk.txt`, {
      workdir: 'transcript',
      host: 'gateway',
    }),
    exec('cat talk.txt', { workdir: 'transcript' }),
    say((results) => `They speak of ${found(results[2], /speak of (\w+)/)}.`),
  ],
  calendar: [
    skill('calendar'),
    exec(`${script('calendar', 'calendar.mjs')} list 2027-03-04 --zone Europe/Vienna`, { host: 'gateway' }),
    exec(
      `${script('calendar', 'calendar.mjs')} add --title Dentist --start "2027-03-04 10:00" --end "2027-03-04 10:30" --calendar Work --zone Europe/Vienna`,
      { host: 'gateway' },
    ),
    say('Dentist on Thursday, 4 March 2027, 10:00 to 10:30.'),
  ],
  group: [say('Four of us, at seven.')],
  tidy: [
    call('find', { pattern: '*', path: 'tidy' }),
    exec('mkdir -p pictures papers && mv *.jpg *.png pictures/ && mv *.pdf *.txt papers/', { workdir: 'tidy' }),
    call('find', { pattern: '*', path: 'tidy' }),
    say('Two folders: pictures and papers. Nothing was deleted.'),
  ],
});
