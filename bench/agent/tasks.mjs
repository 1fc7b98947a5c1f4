// Twenty tasks as people give them, what they find, and how their results are judged.
import { execFileSync, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import PDFDocument from 'pdfkit';
import { at } from '../../scripts/paths.mjs';

const run = (program, args, cwd) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const script = (file, args, cwd) => run(process.execPath, [at('skills', 'documents', 'scripts', file), ...args], cwd);
const put = (folder, files) => {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
};
const text = (folder, name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
/** Whether a process of this machine has these arguments, in a sandbox or not. */
const isRunning = (args) =>
  readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(join('/proc', name, 'cmdline'), 'utf8').includes(args);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });

async function pdf(path, pages) {
  const document = new PDFDocument();
  const file = createWriteStream(path);
  document.pipe(file);
  pages.forEach((words, index) => {
    if (index > 0) document.addPage();
    document.text(words);
  });
  document.end();
  await once(file, 'close');
}

const TEST =
  "const test = require('node:test');\nconst assert = require('node:assert');\nconst { sum } = require('./sum');\ntest('adds', () => assert.equal(sum([1, 2, 3]), 6));\n";

/**
 * `setUp` gets the folder of the task, `isDone` all that is known at its end; it says whether the result is right, never
 * how it came to be.
 */
export const TASKS = [
  {
    id: 'fix-test',
    prompt:
      'In the folder fix-test a test fails. Find out why, mend the program and not the test, and see that it passes.',
    setUp: (folder) =>
      put(folder, { 'sum.js': 'exports.sum = (list) => list.reduce((a, b) => a - b, 0);\n', 'sum.test.js': TEST }),
    isDone: ({ folder }) =>
      text(folder, 'sum.test.js') === TEST && spawnSync(process.execPath, ['--test'], { cwd: folder }).status === 0,
  },
  {
    id: 'refactor',
    prompt:
      'In the folder refactor rename the function calc to totalOf wherever it is used. app.js must print the same as before.',
    setUp: (folder) =>
      put(folder, {
        'shop.js': 'exports.calc = (items) => items.reduce((sum, { price }) => sum + price, 0);\n',
        'app.js': "const { calc } = require('./shop');\nconsole.log(calc([{ price: 40 }, { price: 2 }]));\n",
      }),
    isDone: ({ folder }) =>
      !/\bcalc\b/.test(text(folder, 'shop.js') + text(folder, 'app.js')) &&
      /\btotalOf\b/.test(text(folder, 'shop.js')) &&
      run(process.execPath, ['app.js'], folder) === '42\n',
  },
  {
    id: 'summarise-pdf',
    prompt:
      'Sum up summarise-pdf/report.pdf in at most five lines into summarise-pdf/summary.md: how many visitors, and where does the fair move?',
    setUp: (folder) =>
      pdf(join(folder, 'report.pdf'), [
        'Report of the fair',
        'This year we counted 1,284 visitors. Next year the fair moves to Graz.',
      ]),
    isDone: ({ folder }) => /1,?284/.test(text(folder, 'summary.md')) && text(folder, 'summary.md').includes('Graz'),
  },
  {
    id: 'fill-sheet',
    prompt:
      'In fill-sheet/stock.xlsx the amount of Tea is missing; it is 12. Save the filled sheet as fill-sheet/filled.xlsx, with all else as it is.',
    setUp: (folder) => {
      put(folder, { 'stock.csv': 'Item,Amount\nCoffee,3\nTea,\n' });
      script('xlsx.mjs', ['make', 'stock.xlsx', 'stock.csv'], folder);
    },
    isDone: ({ folder }) =>
      script('xlsx.mjs', ['read', 'filled.xlsx', '--json'], folder).trim() ===
      '[["Item","Amount"],["Coffee",3],["Tea",12]]',
  },
  {
    id: 'research',
    prompt: ({ site }) =>
      `What does ${site}/maker say about the kettle's volume, and ${site}/test about how long it takes to boil? Write a report with both sources into research/report.md.`,
    isDone: ({ folder, place }) =>
      ['1.7', '143', `${place.site}/maker`, `${place.site}/test`].every((part) =>
        text(folder, 'report.md').includes(part),
      ),
  },
  {
    id: 'chart',
    prompt:
      'Draw a bar chart of the sales by shop from chart/sales.csv into chart/chart.svg, and tell me which shop sold most.',
    setUp: (folder) => put(folder, { 'sales.csv': 'shop,amount\nNorth,10\nSouth,30\nNorth,5\nEast,7\n' }),
    isDone: ({ folder, answer }) =>
      text(folder, 'chart.svg').includes('<svg') &&
      ['North', 'South', 'East'].every((shop) => text(folder, 'chart.svg').includes(shop)) &&
      answer.includes('South'),
  },
  {
    id: 'cut-video',
    prompt: 'Cut the two seconds from second 1 to second 3 out of cut-video/film.mp4, into cut-video/clip.mp4.',
    setUp: (folder) =>
      run(
        'ffmpeg',
        ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=duration=6:size=160x120:rate=10', '-c:v', 'mpeg4', 'film.mp4'],
        folder,
      ),
    isDone: ({ folder }) =>
      Math.abs(
        Number(
          run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', 'clip.mp4'], folder),
        ) - 2,
      ) < 0.25,
  },
  {
    id: 'page',
    prompt: ({ pagePort }) =>
      `Make a page with the heading "Opening hours" in page/site/index.html. Serve it on this machine with "node serve.mjs ${pagePort}" in page, look at http://127.0.0.1:${pagePort}/ in the browser, and tell me its heading as you see it there. Then stop the server.`,
    setUp: (folder) => {
      mkdirSync(join(folder, 'site'));
      put(folder, {
        'serve.mjs':
          "import { createServer } from 'node:http';\nimport { readFileSync } from 'node:fs';\ncreateServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(readFileSync('site/index.html'))).listen(Number(process.argv[2]), '127.0.0.1');\n",
      });
    },
    isDone: ({ folder, answer, place }) =>
      text(folder, 'site/index.html').includes('Opening hours') &&
      answer.includes('Opening hours') &&
      !isRunning(`serve.mjs\0${place.pagePort}`),
  },
  {
    id: 'digest',
    prompt: 'Every morning at seven sum up the news of the day for me in five lines.',
    isDone: ({ jobs }) =>
      jobs.some(
        ({ schedule, payload }) => schedule.expr === '0 7 * * *' && /news/i.test(payload.message ?? payload.text ?? ''),
      ),
  },
  {
    id: 'remind',
    prompt: 'Remind me of my tea in twenty minutes.',
    isDone: ({ jobs }) => {
      const due = jobs
        .filter(({ payload }) => /tea/i.test(payload.text ?? payload.message ?? ''))
        .map(({ state }) => state.nextRunAtMs - Date.now());
      return due.some((ms) => ms > 15 * 60_000 && ms < 20.5 * 60_000);
    },
  },
  {
    id: 'conversations',
    prompt: 'In another conversation of ours, bench-earlier, I told you what the locksmith is called. Look it up.',
    earlier: 'Keep in mind: the locksmith is called Brunner.',
    isDone: ({ answer }) => answer.includes('Brunner'),
  },
  {
    id: 'edit-files',
    prompt: 'Our number 0316 1111 is now 0316 2222. Change it in all files of the folder edit-files, and nothing else.',
    setUp: (folder) =>
      put(folder, {
        'a.md': '# A\nCall 0316 1111.\n',
        'b.md': '0316 1111, 0316 1111',
        'c.txt': 'Fax 0316 1112, phone 0316 1111\n',
        'd.md': 'no number\n',
      }),
    isDone: ({ folder }) =>
      ['# A\nCall 0316 2222.\n', '0316 2222, 0316 2222', 'Fax 0316 1112, phone 0316 2222\n', 'no number\n'].every(
        (wanted, index) => text(folder, ['a.md', 'b.md', 'c.txt', 'd.md'][index]) === wanted,
      ),
  },
  {
    id: 'memory',
    prompt: 'What kind of bike do I have?',
    isDone: ({ answer }) => /blue Puch/.test(answer),
  },
  {
    id: 'merge-pdfs',
    prompt: 'Put merge-pdfs/one.pdf and merge-pdfs/two.pdf together as merge-pdfs/all.pdf, in this order.',
    setUp: async (folder) => {
      await pdf(join(folder, 'one.pdf'), ['one a', 'one b']);
      await pdf(join(folder, 'two.pdf'), ['two a']);
    },
    isDone: ({ folder }) =>
      run('pdftotext', ['all.pdf', '-'], folder).replace(/\s+/g, ' ').trim() === 'one a one b two a',
  },
  {
    id: 'diagram',
    prompt:
      'Draw as diagram/order.svg: an order comes in; is it paid? If yes it is shipped, if no a reminder goes out.',
    isDone: ({ folder }) =>
      text(folder, 'order.svg').includes('<svg') && (text(folder, 'order.svg').match(/<text/g) ?? []).length >= 4,
  },
  {
    id: 'docx',
    prompt: 'Convert docx/minutes.docx to Markdown, as docx/minutes.md, with its table.',
    setUp: (folder) => {
      put(folder, { 'source.md': '# Minutes\n\nWe met on Monday.\n\n| Who | What |\n|---|---|\n| Ann | keys |\n' });
      script('docx.mjs', ['make', 'source.md', 'minutes.docx'], folder);
    },
    isDone: ({ folder }) =>
      /^# Minutes/m.test(text(folder, 'minutes.md')) && /\|\s*Ann\s*\|\s*keys\s*\|/.test(text(folder, 'minutes.md')),
  },
  {
    id: 'transcript',
    prompt:
      'Get the transcript of the video dQw4w9WgXcQ into transcript/talk.txt, and tell me in a sentence what they speak of.',
    isDone: ({ folder, answer }) => text(folder, 'talk.txt').includes('we speak of beekeeping') && /bee/i.test(answer),
  },
  {
    id: 'calendar',
    prompt: 'Put into my calendar Work: dentist, on 4 March 2027 from 10:00 to 10:30 in Vienna.',
    isDone: ({ events }) =>
      events.length === 1 &&
      /DTSTART:20270304T090000Z/.test(events[0]) &&
      /DTEND:20270304T093000Z/.test(events[0]) &&
      /SUMMARY:.*dentist/i.test(events[0]),
  },
  {
    id: 'group',
    prompt: 'how many are we for dinner? Ann, Bob, Chris and you, at seven. Answer with number and time.',
    inGroup: true,
    isDone: ({ answer }) => /\b(4|four)\b/i.test(answer) && /\b(7|seven|19)\b/i.test(answer),
  },
  {
    id: 'tidy',
    prompt:
      'Tidy up the folder tidy: pictures into tidy/pictures, texts and PDF files into tidy/papers. Delete nothing.',
    setUp: (folder) => put(folder, { 'a.jpg': 'a', 'b.png': 'b', 'c.pdf': 'c', 'd.txt': 'd' }),
    isDone: ({ folder }) =>
      readdirSync(folder).sort().join() === 'papers,pictures' &&
      readdirSync(join(folder, 'papers')).sort().join() === 'c.pdf,d.txt' &&
      readdirSync(join(folder, 'pictures')).sort().join() === 'a.jpg,b.png',
  },
];
