import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseSkill } from '../../src/skills/manifest/skill-manifest';
import { FakeSite } from '../fakes/web-site';
import { freePort, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const ROOT = resolve(__dirname, '../../skills');
const NAMES = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
/** The gateway's own program, which stands where a clone has it, is called by its name. */
const textOf = (name: string): string =>
  readFileSync(join(ROOT, name, 'SKILL.md'), 'utf8')
    .replaceAll('{baseDir}/../../bin/openclaw', 'openclaw')
    .replaceAll('{baseDir}', join(ROOT, name));
const blocksOf = (name: string): string[] =>
  [...textOf(name).matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
/** Lines of a skill's blocks that begin with a program. */
const linesOf = (name: string, program: string): string[] =>
  blocksOf(name)
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith(`${program} `));

const has = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
/** A test that needs programs of the system; on a machine for tests they have to be there. */
const withPrograms = (programs: string[], title: string, run: () => void | Promise<void>): void =>
  (process.env['CI'] === 'true' || programs.every(has) ? it : it.skip)(
    title,
    async () => {
      await run();
    },
    60_000,
  );

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'openclaw-run-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const sh = (command: string, env: Record<string, string> = {}): SpawnSyncReturns<string> =>
  spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: work,
    encoding: 'utf8',
    timeout: 50_000,
    env: { PATH: process.env['PATH'], HOME: work, LANG: 'C.UTF-8', ...env },
  });
const run = (command: string, env: Record<string, string> = {}): string => {
  const result = sh(command, env);
  if (result.status !== 0) throw new Error(`${command}\n${result.stdout}${result.stderr}`);
  return result.stdout;
};

describe('commands of the skills that are shipped', () => {
  // Programs are doubles that note how they were called. What is not declared is not there, and fails.
  it.each(NAMES.filter((name) => blocksOf(name).length > 0))('%s calls what it declares, and nothing else', (name) => {
    const { manifest } = parseSkill(readFileSync(join(ROOT, name, 'SKILL.md'), 'utf8'), name);
    const declared = new Set([
      ...(manifest.capabilities?.programs ?? []),
      ...manifest.requires.bins,
      ...manifest.requires.anyBins,
    ]);
    const bin = join(work, 'bin');
    mkdirSync(bin);
    for (const program of 'bash cat cp env cut date dirname grep head ls mkdir mktemp od printf rm sleep sort tail tee test touch tr true uniq wc'.split(
      ' ',
    ))
      if (!declared.has(program))
        symlinkSync(spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim(), join(bin, program));
    for (const program of declared) {
      writeFileSync(
        join(bin, program),
        `#!/bin/bash\nprintf '%s ' "\${0##*/}" "$@" >> "$CALLS"; echo >> "$CALLS"\n[ "$1" = signin ] || echo '{}'\n`,
      );
      chmodSync(join(bin, program), 0o755);
    }
    const calls = join(work, 'calls');
    writeFileSync(calls, '');
    for (const [index, code] of blocksOf(name).entries()) {
      const folder = join(work, String(index));
      mkdirSync(folder);
      for (const file of ['cost.json', 'report.txt', 'mail.txt', 'notion.curl', 'trello.curl', 'track.mp3'])
        writeFileSync(join(folder, file), '');
      // As a person would paste it: without stopping at what a double does not answer.
      const result = spawnSync('/bin/bash', ['-c', code], {
        cwd: folder,
        encoding: 'utf8',
        input: '',
        timeout: 20_000,
        env: {
          PATH: bin,
          HOME: work,
          CALLS: calls,
          NOTION_API_KEY: 'x',
          TRELLO_API_KEY: 'x',
          TRELLO_TOKEN: 'x',
          BLUEBUBBLES_URL: 'x',
          BLUEBUBBLES_PASSWORD: 'x',
        },
      });
      expect(result.stderr).toBe('');
    }
    expect(readFileSync(calls, 'utf8').trim()).not.toBe('');
  });
});

describe('skills that need only common programs work here', () => {
  withPrograms(['tmux', 'python3'], 'tmux: a REPL is started, waited for, used and ended', () => {
    const [code = ''] = blocksOf('tmux');
    const script = code.replaceAll('/tmp/assistant-tmux.sock', join(work, 's.sock'));
    expect(run(script)).toMatch(/^42$/m);
    expect(sh(`tmux -S ${join(work, 's.sock')} list-sessions`).status).not.toBe(0);
    const wait = join(ROOT, 'tmux/scripts/wait-for-text.sh');
    run(`tmux -S ${work}/t.sock -f /dev/null new-session -d -s a 'sleep 20'`);
    expect(sh(`sh ${wait} ${work}/t.sock a 'never there' 1`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no line fits') as string,
    });
    run(`tmux -S ${work}/t.sock kill-server`);
  });

  withPrograms(['ffmpeg', 'ffprobe'], 'video-frames: stills, a sheet, a clip and the sound', () => {
    run(
      'ffmpeg -v error -y -f lavfi -i testsrc=duration=15:size=320x240:rate=10 -f lavfi -i sine=duration=15 -shortest video.mp4',
    );
    const printed = run(blocksOf('video-frames').join('\n'));
    expect(printed).toContain('duration=15');
    for (const [file, magic] of [
      ['frame.jpg', 'ffd8'],
      ['first.jpg', 'ffd8'],
      ['sheet.jpg', 'ffd8'],
    ] as const)
      expect(readFileSync(join(work, file)).subarray(0, 2).toString('hex')).toBe(magic);
    expect(run('ffprobe -v error -show_entries format=duration -of csv=p=0 clip.mp4')).toMatch(/^5\./);
    expect(run('ffprobe -v error -show_entries stream=sample_rate -of csv=p=0 sound.wav').trim()).toBe('16000');
    const frame = join(ROOT, 'video-frames/scripts/frame.sh');
    expect(sh(`sh ${frame} video.mp4 --time 99 --out late.jpg`).stderr).toContain('is the video shorter');
    expect(sh(`sh ${frame} video.mp4 --sheet x --out a.jpg`).stderr).toContain('not a whole number');
  });

  withPrograms(
    ['bwrap', 'pdfinfo', 'pdftotext', 'pdftoppm', 'jq', 'rg', 'unzip', 'curl'],
    'in the sandbox of a gateway, with what their text says',
    async () => {
      const bench = await ToolBench.start();
      try {
        const use = async (skill: string, ...commands: string[]): Promise<string[]> => {
          const told = await bench.turn([
            { name: 'read', args: { path: join(ROOT, skill, 'SKILL.md') } },
            ...commands.map((command) => ({ name: 'exec', args: { command } })),
          ]);
          return told.slice(1);
        };
        // nano-pdf: what it says of looking at pages.
        await bench.call('pdf_generate', { title: 'Deck', content: '# Results\n\nOne page.', filename: 'deck' });
        const [copied, info, words] = await use(
          'nano-pdf',
          'cp output/deck.pdf deck.pdf && ls',
          ...linesOf('nano-pdf', 'pdfinfo'),
          ...linesOf('nano-pdf', 'pdftotext'),
        );
        expect(copied).toContain('deck.pdf');
        expect(info).toContain('Pages:');
        expect(words).toContain('Results');
        await use('nano-pdf', ...linesOf('nano-pdf', 'pdftoppm'));
        expect(readdirSync(bench.workspace()).some((name) => /^page-?\d+\.png$/.test(name))).toBe(true);

        // powerpoint: the chart that its text shows, and its checks.
        const [, chart = ''] = /```json\n([\s\S]*?)```/.exec(textOf('powerpoint')) ?? [];
        await bench.call('ppt_generate', {
          title: 'Deck',
          filename: 'deck',
          slides: [
            { title: 'Sales grew', content: `\`\`\`chart\n${chart}\`\`\`` },
            { title: 'Two sides', layout: 'two_column', content: 'left\n||\nright' },
          ],
        });
        const [tested, slide] = await use('powerpoint', ...linesOf('powerpoint', 'unzip'));
        expect(tested).toContain('No errors detected');
        expect(slide).toContain('<a:t>');

        // skill-creator: check and pack.
        const made = await runCli(['skills', 'new', 'disk-report'], {
          env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir },
        });
        expect(made.code).toBe(0);
        const [checked, packed] = await use(
          'skill-creator',
          ...linesOf('skill-creator', 'node'),
          `${linesOf('skill-creator', 'tar')[0]} && tar -tzf disk-report.tar.gz`,
        );
        expect(checked).toContain('skills/disk-report: fine');
        expect(packed).toContain('disk-report/SKILL.md');

        // healthcheck: the facts, as far as the sandbox shows them.
        const [facts] = await use('healthcheck', ...linesOf('healthcheck', 'sh'));
        for (const title of ['system', 'listening sockets', 'disks', 'firewall', 'ssh server', 'updates', 'done'])
          expect(facts).toContain(`== ${title}`);

        // session-logs: a conversation of this gateway, exported and searched.
        await bench.client.call('chat.send', {
          sessionKey: 'main',
          message: 'The dentist is on Friday',
          idempotencyKey: 'dentist',
        });
        await bench.client.call('agent.wait', { runId: 'dentist', timeoutMs: 60_000 });
        mkdirSync(bench.workspace('exports'));
        const cli = {
          env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
        };
        for (const line of linesOf('session-logs', 'openclaw')) {
          const words = line
            .split(' ')
            .slice(1)
            .map((word) => (word.startsWith('exports/') ? bench.workspace(word) : word));
          expect(await runCli(words, cli)).toMatchObject({ code: 0 });
        }
        const [listed, found, byDay, cost] = await use(
          'session-logs',
          ...linesOf('session-logs', 'rg'),
          ...linesOf('session-logs', 'sh'),
          ...linesOf('session-logs', 'jq'),
        );
        expect(listed).toContain('exports/main.jsonl');
        expect(found).toMatch(/exports\/main\.jsonl \S+ user: .*dentist is on Friday/);
        expect(byDay).toMatch(/1 \d{4}-\d{2}-\d{2}/);
        expect(cost).toMatch(/^[\d.e-]+/);
      } finally {
        await bench.stop();
      }
    },
  );

  withPrograms(['gh'], 'github: the real program knows every command and flag that the text names', () => {
    const lines = linesOf('github', 'gh');
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const words = line
        .replace(/'[^']*'|"[^"]*"/g, 'X')
        .split(' ')
        .slice(1);
      const group = words[0] === 'api' ? ['api'] : words.slice(0, 2);
      const help = run(`gh ${group.join(' ')} --help`);
      for (const flag of words.filter((word) => word.startsWith('--'))) expect(help).toContain(flag);
    }
  });

  it('github: a double of gh gets the arguments as they are meant', () => {
    const bin = join(work, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'gh'), '#!/bin/sh\nfor a in "$@"; do printf "[%s]" "$a"; done; echo\n', { mode: 0o755 });
    const said = run(linesOf('github', 'gh').join('\n'), { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    expect(said).toContain('[api][repos/owner/name/pulls/55][--jq][.title, .state, .user.login]');
    expect(said).toContain('[search][issues][crash on start][--repo][owner/name]');
  });
});

describe('scripts of skills against doubles of their services', () => {
  let site: FakeSite;
  beforeEach(async () => {
    site = await FakeSite.start();
  });
  afterEach(() => site.stop());

  const start = (command: string, env: Record<string, string>): Promise<{ code: number | null; out: string }> =>
    new Promise((resolve) => {
      const child = spawn('bash', ['-c', command], {
        cwd: work,
        env: { PATH: process.env['PATH'], HOME: work, LANG: 'C.UTF-8', ...env },
      });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.on('close', (code) => resolve({ code, out }));
    });

  withPrograms(['curl'], 'weather: its addresses are asked as they stand there', async () => {
    site.pages.set('/Vienna?format=3', { type: 'text/plain', body: 'Vienna: ☀ +21°C' });
    for (const line of linesOf('weather', 'curl'))
      await start(line.replace(/https:\/\/(wttr\.in|(geocoding-)?api\.open-meteo\.com)/, site.url), {});
    const paths = site.requests.map(({ path }) => path);
    expect(paths).toHaveLength(5);
    expect(paths[1]).toBe('/Vienna?format=%l:+%c+%t+(feels+%f),+wind+%w,+rain+%p');
    expect(paths[4]).toContain('current=temperature_2m,apparent_temperature');
  });

  withPrograms(
    ['curl'],
    'openai-whisper-api: sends the sound, keeps the key out of the list of processes',
    async () => {
      writeFileSync(join(work, 'a.wav'), 'RIFFsound');
      site.pages.set('/audio/transcriptions', { type: 'text/plain', body: 'Hello there.' });
      const script = join(ROOT, 'openai-whisper-api/scripts/transcribe.sh');
      const env = { OPENAI_API_KEY: 'sk-test-1', OPENAI_BASE_URL: site.url };
      expect(await start(`sh ${script} a.wav --language de --prompt 'Ann; @Bob' --out a.txt`, env)).toEqual({
        code: 0,
        out: 'a.txt\n',
      });
      expect(readFileSync(join(work, 'a.txt'), 'utf8')).toBe('Hello there.');
      const [request] = site.requests;
      expect(request?.headers.authorization).toBe('Bearer sk-test-1');
      expect(request?.body).toContain('RIFFsound');
      expect(request?.body).toMatch(/name="prompt"\r\n\r\nAnn; @Bob/);
      site.pages.set('/audio/transcriptions', {
        type: 'application/json',
        body: '{"error":{"message":"bad sound"}}',
        status: 400,
      });
      expect(await start(`sh ${script} a.wav`, env)).toEqual({
        code: 1,
        out: expect.stringContaining('bad sound') as string,
      });
      expect((await start(`sh ${script} nothing.wav`, env)).out).toContain('no such file');
      expect((await start(`sh ${script} a.wav`, { OPENAI_BASE_URL: site.url })).out).toContain(
        'OPENAI_API_KEY is not set',
      );
    },
  );

  withPrograms(['python3'], 'openai-image-gen: pictures, a page, and the reason of each that failed', async () => {
    const png = Buffer.from('picture').toString('base64');
    let asked = 0;
    site.answers.set('/images/generations', () => ({ data: [{ b64_json: asked++ === 1 ? undefined : png }] }));
    writeFileSync(join(work, 'prompts.txt'), 'A <boat>\n\nA kite\n');
    const script = join(ROOT, 'openai-image-gen/scripts/make_batch.py');
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: site.url };
    const made = await start(`python3 ${script} --prompt 'A boat' --count 1 --out-dir one`, env);
    expect(made).toEqual({ code: 0, out: 'one/001.png\none/index.html\n' });
    expect(readFileSync(join(work, 'one/001.png'), 'utf8')).toBe('picture');
    expect(JSON.parse(site.requests[0]?.body ?? '')).toMatchObject({ model: 'gpt-image-1', prompt: 'A boat', n: 1 });
    site.answers.delete('/images/generations');
    site.pages.set('/images/generations', {
      type: 'application/json',
      body: '{"error":{"message":"policy"}}',
      status: 400,
    });
    const failed = await start(`python3 ${script} --prompts prompts.txt --out-dir two`, env);
    expect(failed.code).toBe(1);
    expect(failed.out).toContain('OpenAI answered 400: policy');
    expect(readFileSync(join(work, 'two/index.html'), 'utf8')).toContain('A &lt;boat&gt;');
    expect((await start(`python3 ${script} --prompt x --count 99`, env)).out).toContain('--count must be from 1 to 50');
  });

  withPrograms(['python3'], 'nano-banana-pro: makes and edits, and says why there is no picture', async () => {
    const path = '/models/gemini-3-pro-image-preview:generateContent';
    site.json(path, {
      candidates: [
        {
          content: {
            parts: [
              { text: 'Here.' },
              { inlineData: { mimeType: 'image/png', data: Buffer.from('new').toString('base64') } },
            ],
          },
        },
      ],
    });
    writeFileSync(join(work, 'in.png'), 'old');
    const script = join(ROOT, 'nano-banana-pro/scripts/make_picture.py');
    const env = { GEMINI_API_KEY: 'g-key', GEMINI_BASE_URL: site.url };
    expect(
      await start(`python3 ${script} --prompt 'Sky' --input in.png --size 2K --aspect 16:9 --out o.png`, env),
    ).toEqual({ code: 0, out: 'Here.\no.png\n' });
    expect(readFileSync(join(work, 'o.png'), 'utf8')).toBe('new');
    const [request] = site.requests;
    expect(request?.headers['x-goog-api-key']).toBe('g-key');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      contents: [
        {
          parts: [
            { inline_data: { mime_type: 'image/png', data: Buffer.from('old').toString('base64') } },
            { text: 'Sky' },
          ],
        },
      ],
      generationConfig: { imageConfig: { imageSize: '2K', aspectRatio: '16:9' } },
    });
    site.json(path, { candidates: [{ finishReason: 'IMAGE_SAFETY' }] });
    expect(await start(`python3 ${script} --prompt x --out o.png`, env)).toEqual({
      code: 1,
      out: expect.stringContaining('IMAGE_SAFETY') as string,
    });
  });

  withPrograms(['python3'], 'local-places: checks what it is asked, hides the key, remembers answers', async () => {
    const port = await freePort();
    const place = {
      id: 'p1',
      displayName: { text: 'Café' },
      formattedAddress: 'Here 1',
      location: { latitude: 1, longitude: 2 },
      rating: 4.5,
      userRatingCount: 10,
      currentOpeningHours: { openNow: true },
    };
    site.json('/places:searchText', { places: [place] });
    site.json('/places/p1', { ...place, websiteUri: 'https://cafe.example' });
    const child = spawn('python3', [join(ROOT, 'local-places/scripts/places_proxy.py'), '--port', String(port)], {
      env: { PATH: process.env['PATH'], GOOGLE_PLACES_API_KEY: 'places-key', GOOGLE_PLACES_BASE_URL: site.url },
    });
    try {
      const at = `http://127.0.0.1:${port}`;
      await until('the proxy', () =>
        fetch(`${at}/ping`).then(
          (answer) => answer.ok,
          () => false,
        ),
      );
      const post = (path: string, body: unknown): Promise<Response> =>
        fetch(at + path, { method: 'POST', body: JSON.stringify(body) });
      const wish = {
        query: 'coffee',
        latitude: 51,
        longitude: 0,
        radius_m: 800,
        open_now: true,
        min_rating: 4,
        limit: 5,
      };
      const found = (await (await post('/places/search', wish)).json()) as unknown;
      expect(found).toEqual({
        results: [
          {
            place_id: 'p1',
            name: 'Café',
            address: 'Here 1',
            latitude: 1,
            longitude: 2,
            rating: 4.5,
            ratings: 10,
            open_now: true,
          },
        ],
      });
      expect(JSON.parse(site.requests[0]?.body ?? '')).toEqual({
        textQuery: 'coffee',
        pageSize: 5,
        locationBias: { circle: { center: { latitude: 51, longitude: 0 }, radius: 800 } },
        minRating: 4,
        openNow: true,
      });
      expect(site.requests[0]?.headers['x-goog-api-key']).toBe('places-key');
      await post('/places/search', wish);
      expect(site.requests).toHaveLength(1);
      expect(await (await fetch(`${at}/places/p1`)).json()).toMatchObject({ website: 'https://cafe.example' });
      const bad = await post('/places/search', { query: 'x', latitude: 99 });
      expect([bad.status, await bad.json()]).toEqual([
        400,
        { error: { field: 'latitude', message: 'must be a number from -90 to 90' } },
      ]);
      expect((await fetch(`${at}/places/..%2Fx`)).status).toBe(404);
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });

  it('sherpa-onnx-tts: finds the voice and calls the runtime', () => {
    const [runtime, voice] = [join(work, 'runtime'), join(work, 'voice')];
    mkdirSync(join(runtime, 'bin'), { recursive: true });
    mkdirSync(join(voice, 'espeak-ng-data'), { recursive: true });
    writeFileSync(join(voice, 'amy.onnx'), '');
    writeFileSync(join(runtime, 'bin/sherpa-onnx-offline-tts'), '#!/bin/sh\nprintf "%s\\n" "$@" > said\n', {
      mode: 0o755,
    });
    const env = { SHERPA_ONNX_RUNTIME_DIR: runtime, SHERPA_ONNX_MODEL_DIR: voice };
    const [first = ''] = linesOf('sherpa-onnx-tts', 'node');
    expect(run(first, env)).toBe('hello.wav\n');
    expect(readFileSync(join(work, 'said'), 'utf8').split('\n')).toEqual([
      `--vits-model=${voice}/amy.onnx`,
      `--vits-tokens=${voice}/tokens.txt`,
      `--vits-data-dir=${voice}/espeak-ng-data`,
      '--output-filename=hello.wav',
      'Hello from this machine.',
      '',
    ]);
    writeFileSync(join(voice, 'bob.onnx'), '');
    expect(sh(first, env)).toMatchObject({ status: 2, stderr: expect.stringContaining('several voices') as string });
    expect(sh(first).stderr).toContain('SHERPA_ONNX_RUNTIME_DIR is not set');
  });

  it('model-usage: adds up by model and by day', () => {
    const day = (date: string, a: number, b: number): unknown => ({
      date,
      totalCost: a + b,
      modelBreakdowns: [
        { modelName: 'm-a', cost: a },
        { modelName: 'm-b', cost: b },
      ],
    });
    writeFileSync(
      join(work, 'cost.json'),
      JSON.stringify([{ provider: 'claude', daily: [day('2026-01-02', 1, 2), day('2026-01-01', 3, 4)] }]),
    );
    const [all = '', week = ''] = linesOf('model-usage', 'node');
    expect(run(all)).toBe('2 days, 2026-01-01 to 2026-01-02, total $10.00\nm-b  $6.00\nm-a  $4.00\n');
    expect(JSON.parse(run(week.replace('--days 7', '--days 1')))).toMatchObject({
      from: '2026-01-02',
      total: 3,
      models: [
        { model: 'm-b', cost: 2 },
        { model: 'm-a', cost: 1 },
      ],
    });
    writeFileSync(join(work, 'cost.json'), 'no');
    expect(sh(all).stderr).toContain('is not valid JSON');
  });
});
