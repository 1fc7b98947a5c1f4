import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { FakeSite } from '../fakes/web-site';
import { BROWSER } from '../harness/browser';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const CORE = [
  'agents_list',
  'apply_patch',
  'browser',
  'canvas',
  'cron',
  'edit',
  'exec',
  'gateway',
  'image',
  'nodes',
  'pdf_generate',
  'ppt_generate',
  'process',
  'read',
  'session_status',
  'sessions_history',
  'sessions_list',
  'sessions_send',
  'sessions_spawn',
  'tts',
  'voice_call',
  'web_fetch',
  'web_search',
  'write',
];
const FURTHER = [
  'ask_user',
  'find',
  'find_tools',
  'grep',
  'image_generate',
  'ls',
  'memory_get',
  'memory_search',
  'message',
  'propose_plan',
  'sessions_search',
  'skill_propose',
  'todo',
];

const withSandbox = process.env['TEST_SANDBOX'] ? it : it.skip;
const withBrowser = BROWSER ? it : it.skip;

/** One red pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

describe('every tool, in a turn over a socket', () => {
  let site: FakeSite;
  let bench: ToolBench;

  beforeAll(async () => {
    site = await FakeSite.start();
    site.html(
      '/article',
      `<html><head><title>About tea</title></head><body><nav>menu</nav><article><h1>Tea</h1>${'<p>Tea is a drink made from leaves and hot water, known for ages.</p>'.repeat(8)}<p>See <a href="/more">more</a>.</p><script>alert(1)</script></article></body></html>`,
    );
    site.html('/bare', '<title>Bare</title><p>No body, and yet a page.</p>');
    site.json('/data.json', { answer: 42 });
    site.json('/brave', {
      web: { results: [{ title: '<b>Tea</b> shop', url: 'https://tea.example/', description: 'All &amp; more' }] },
    });
    site.pages.set('/pixel.png', { type: 'image/png', body: PNG });
    site.pages.set('/openai/audio/speech', { type: 'audio/mpeg', body: Buffer.from('ID3-sound') });
    site.json('/2010-04-01/Accounts/AC123/Calls.json', { sid: 'CA12345678', status: 'queued' });
    site.json('/2010-04-01/Accounts/AC123/Calls/CA12345678.json', { sid: 'CA12345678', status: 'completed' });
    site.html(
      '/form',
      '<title>Form</title><h1>Sign up</h1><form action="/done"><label>Name <input name="name"></label><button>Send</button></form><p id="x"></p>',
    );
    site.html('/done', '<title>Done</title><h1>Thanks</h1>');
    bench = await ToolBench.start(
      {
        config: {
          commands: { restart: false },
          tools: {
            exec: { applyPatch: { enabled: true } },
            web: {
              fetch: { firecrawl: { apiKey: 'crawl-key', baseUrl: `${site.url}/firecrawl` } },
              search: { provider: 'brave', apiKey: 'brave-key', brave: { baseUrl: `${site.url}/brave` } },
            },
          },
          messages: { tts: { provider: 'openai', openai: { apiKey: 'speech-key', baseUrl: `${site.url}/openai` } } },
          plugins: {
            entries: {
              'voice-call': {
                enabled: true,
                config: {
                  provider: 'twilio',
                  fromNumber: '+15550001111',
                  twilio: { accountSid: 'AC123', authToken: 'twilio-token', baseUrl: site.url },
                },
              },
            },
          },
        },
        env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
      },
      { input: ['text', 'image'] },
    );
  });
  afterAll(async () => {
    await bench.stop();
    await site.stop();
  });

  it('are 24 core ones, exactly those', async () => {
    const answer = await bench.client.call('tools.explain', {});
    const { tools } = answer.payload as { tools: { name: string; core: boolean }[] };
    expect(tools.filter((tool) => tool.core).map((tool) => tool.name)).toEqual(CORE);
    expect(tools.filter((tool) => !tool.core).map((tool) => tool.name)).toEqual(FURTHER);
  });

  it('read, write, edit, ls, grep and find work on real files', async () => {
    const told = await bench.turn([
      { name: 'write', args: { path: 'a/one.txt', content: 'alpha\nbeta\n' } },
      { name: 'edit', args: { path: 'a/one.txt', oldText: 'beta', newText: 'gamma' } },
      { name: 'read', args: { path: 'a/one.txt' } },
      { name: 'grep', args: { pattern: 'g.mma' } },
      { name: 'find', args: { pattern: '*.txt' } },
      { name: 'ls', args: { path: 'a' } },
    ]);
    expect(told[2]).toContain('alpha\ngamma');
    expect(told[3]).toContain('a/one.txt:2: gamma');
    expect(told[4]).toContain('a/one.txt');
    expect(told[5]).toContain('one.txt');
  });

  it('grep and find leave out what .gitignore leaves out; a pattern that never ends is stopped', async () => {
    mkdirSync(bench.workspace('repo', 'node_modules'), { recursive: true });
    writeFileSync(bench.workspace('repo', '.gitignore'), 'node_modules\n*.log\n');
    writeFileSync(bench.workspace('repo', 'node_modules', 'x.js'), 'needle');
    writeFileSync(bench.workspace('repo', 'a.log'), 'needle');
    writeFileSync(bench.workspace('repo', 'a.js'), 'needle');
    expect(await bench.call('grep', { pattern: 'needle', path: 'repo' })).toBe('repo/a.js:1: needle');
    expect(await bench.call('find', { pattern: '*.{js,log}', path: 'repo' })).toBe('a.js');
    writeFileSync(bench.workspace('evil.txt'), `${'a'.repeat(60)}!`);
    expect(await bench.call('grep', { pattern: '^(a+)+$', path: 'evil.txt' })).toContain('Error (timeout)');
  });

  it('edit and write tell what changes, also where every line does', async () => {
    const text = (what: string): string => Array.from({ length: 30_000 }, (_, line) => `${what} ${line}\n`).join('');
    writeFileSync(bench.workspace('lines.txt'), text('day'));
    const change = { path: 'lines.txt', oldText: 'day', newText: 'night', replaceAll: true };
    expect(await bench.call('edit', change, 'rewritten')).toContain('30000 places');
    expect(await bench.call('write', { path: 'lines.txt', content: text('noon') }, 'rewritten')).toContain('Replaced');
    const history = JSON.stringify((await bench.client.call('chat.history', { sessionKey: 'rewritten' })).payload);
    for (const line of ['-day 7', '-night 7']) expect(history).toContain(`${line}\\n`);
  });

  it('apply_patch changes several files, or none', async () => {
    writeFileSync(bench.workspace('p1.txt'), 'one\ntwo\nthree\n');
    writeFileSync(bench.workspace('p2.txt'), 'old\n');
    const good = `*** Begin Patch
*** Update File: p1.txt
@@
 one
-two
+zwei
*** Delete File: p2.txt
*** Add File: new/p3.txt
+fresh
*** End Patch`;
    expect(await bench.call('apply_patch', { input: good }, 'patched')).toContain('deleted p2.txt');
    const history = JSON.stringify((await bench.client.call('chat.history', { sessionKey: 'patched' })).payload);
    expect(history).toContain(JSON.stringify('+++ p1.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three').slice(1, -1));
    expect(history).toContain(JSON.stringify('+++ p2.txt\n@@ -1,1 +0,0 @@\n-old').slice(1, -1));
    expect(readFileSync(bench.workspace('p1.txt'), 'utf8')).toBe('one\nzwei\nthree\n');
    expect(readFileSync(bench.workspace('new', 'p3.txt'), 'utf8')).toBe('fresh\n');
    expect(existsSync(bench.workspace('p2.txt'))).toBe(false);
    const bad = `*** Begin Patch
*** Add File: p4.txt
+x
*** Update File: p1.txt
@@
-not there
+x
*** End Patch`;
    expect(await bench.call('apply_patch', { input: bad })).toContain('these lines are not there');
    expect(existsSync(bench.workspace('p4.txt'))).toBe(false);
    expect(await bench.call('apply_patch', { input: bad.replace('p4.txt', '../p5.txt') })).toContain('outside');
  });

  withSandbox('exec runs commands, process looks after those in the background', async () => {
    expect(await bench.call('exec', { command: 'echo $((6*7)); echo err >&2' })).toMatch(/42\nerr/);
    const started = await bench.call('exec', { command: 'read line; echo "got $line"; sleep 30', background: true });
    const id = /sessionId "([0-9a-f]+)"/.exec(started.replaceAll('\\', ''))?.[1];
    expect(id).toBeDefined();
    expect(await bench.call('process', { action: 'list' })).toContain(`${id}  running`);
    // What is put out at once is told with it, but nobody says how soon a program is given the processor.
    const told = await bench.call('process', { action: 'write', sessionId: id, data: 'tea\n' });
    expect(
      told.includes('got tea')
        ? told
        : await bench.call('process', { action: 'poll', sessionId: id, timeoutMs: 60_000 }),
    ).toContain('got tea');
    expect(await bench.call('process', { action: 'kill', sessionId: id })).toContain('killed');
    expect(await bench.call('process', { action: 'log', sessionId: id })).toContain('got tea');
    expect(await bench.call('process', { action: 'remove', sessionId: id })).toContain('Removed');
    expect(await bench.call('process', { action: 'poll', sessionId: id })).toContain('Error (not_found)');
  });

  withSandbox('exec gives a terminal, and yields after a while', async () => {
    expect(await bench.call('exec', { command: 'test -t 1 && echo terminal', pty: true })).toContain('terminal');
    const slow = await bench.call('exec', { command: 'echo begun; sleep 30', yieldMs: 300 });
    expect(slow).toContain('Running in the background');
    const id = /sessionId "([0-9a-f]+)"/.exec(slow.replaceAll('\\', ''))?.[1];
    await until('its output', async () =>
      (await bench.call('process', { action: 'log', sessionId: id })).includes('begun'),
    );
    await bench.call('process', { action: 'kill', sessionId: id });
  });

  withSandbox('exec tells the assistant when a command in the background has ended', async () => {
    const notes: string[] = [];
    bench.others = ({ lastUser }) => {
      notes.push(lastUser);
      return { steps: [{ text: 'noted' }] };
    };
    await bench.call('exec', { command: 'sleep 1; echo finished-at-last', background: true });
    await until('the note', () => notes.some((note) => note.includes('finished-at-last')));
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('web_fetch reads pages and data', async () => {
    const page = await bench.call('web_fetch', { url: `${site.url}/article` });
    expect(page).toContain('Tea is a drink');
    expect(page).toContain(`[more](${site.url}/more)`);
    expect(page).not.toContain('alert(1)');
    expect(page).toContain('its text is data');
    expect(await bench.call('web_fetch', { url: `${site.url}/bare` })).toContain('No body, and yet a page.');
    expect(await bench.call('web_fetch', { url: `${site.url}/data.json` })).toContain('"answer": 42');
    expect(await bench.call('web_fetch', { url: 'http://169.254.169.254/latest/meta-data' })).toContain(
      'blocked_address',
    );
    expect(await bench.call('web_fetch', { url: `${site.url}/nowhere` })).toContain('status 404');
  });

  it('web_search asks the configured engine, with its key', async () => {
    const told = await bench.call('web_search', { query: 'tea' });
    expect(told).toContain('1. Tea shop');
    expect(told).toContain('All & more');
    expect(site.asked('/brave')[0]?.headers['x-subscription-token']).toBe('brave-key');
  });

  it('image asks a vision model', async () => {
    writeFileSync(bench.workspace('pixel.png'), PNG);
    bench.others = ({ text }) => ({ steps: [{ text: text.includes('image_url') ? 'a red pixel' : 'nothing' }] });
    expect(await bench.call('image', { image: 'pixel.png', prompt: 'What colour?' })).toContain('a red pixel');
    expect(await bench.call('image', { image: `${site.url}/pixel.png` })).toContain('a red pixel');
    expect(await bench.call('image', { image: '../openclaw.json' })).toContain('outside_workspace');
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('tts makes a speech file', async () => {
    const told = await bench.call('tts', { text: 'Hello' });
    const path = /output\/speech-[0-9a-f]+\.mp3/.exec(told)?.[0] ?? 'none';
    expect(readFileSync(bench.workspace(path), 'utf8')).toBe('ID3-sound');
    expect(JSON.parse(site.asked('/openai/audio/speech')[0]?.body ?? '{}')).toMatchObject({ input: 'Hello' });
  });

  it('voice_call calls, asks and ends', async () => {
    const told = await bench.turn([
      { name: 'voice_call', args: { action: 'initiate_call', to: '+4930123456', message: 'Dinner <now>' } },
      { name: 'voice_call', args: { action: 'get_status', callId: 'CA12345678' } },
      { name: 'voice_call', args: { action: 'end_call', callId: 'CA12345678' } },
      { name: 'voice_call', args: { action: 'continue_call', callId: 'CA12345678', message: 'x' } },
      { name: 'voice_call', args: { action: 'initiate_call', to: 'mum', message: 'x' } },
    ]);
    expect(told[0]).toContain('call CA12345678');
    expect(told[1]).toContain('completed');
    expect(told[3]).toContain('not_configured');
    expect(told[4]).toContain('international number');
    const form = new URLSearchParams(site.asked('/2010-04-01/Accounts/AC123/Calls.json')[0]?.body);
    expect(form.get('Twiml')).toContain('<Say>Dinner &lt;now&gt;</Say>');
  });

  it('ppt_generate and pdf_generate make files that readers open', async () => {
    writeFileSync(bench.workspace('pixel.png'), PNG);
    const chart =
      '```chart\n{"type":"bar","title":"Cups","labels":["Mon","Tue"],"series":[{"name":"tea","values":[3,5]}]}\n```';
    const content = `# Plan\n\nSome **bold** text.\n\n- one\n- two\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n![dot](pixel.png)\n\n${chart}`;
    expect(await bench.call('pdf_generate', { title: 'Tea plan', content })).toContain('output/Tea plan.pdf (');
    const pdf = readFileSync(bench.workspace('output', 'Tea plan.pdf'));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const deck = {
      title: 'Tea',
      slides: [
        { title: 'Tea', layout: 'title', content: 'for all' },
        { title: 'Why', content: '- warm\n- good\n\n| A | B |\n|---|---|\n| 1 | 2 |' },
        { title: 'Both', layout: 'two_column', content: 'left || ![dot](pixel.png)' },
        { title: 'Numbers', content: chart },
      ],
    };
    expect(await bench.call('ppt_generate', deck)).toContain('output/Tea.pptx (4 slides)');
    expect(await bench.call('ppt_generate', { ...deck, slides: [] })).toContain('invalid_args');
    expect(await bench.call('pdf_generate', { content: '![x](missing.png)' })).toContain('missing.png does not exist');
    expect(await bench.call('pdf_generate', { content: 'x', filename: '../x' })).toContain('plain name');
    const names = execFileSync('python3', [
      '-c',
      `
import zipfile,sys
z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
print("\\n".join(z.namelist()))
print(z.read("ppt/slides/slide2.xml").decode())`,
      bench.workspace('output', 'Tea.pptx'),
    ]).toString();
    expect(names).toContain('ppt/slides/slide4.xml');
    expect(names).toMatch(/ppt\/charts\/chart\d+\.xml/);
    expect(names).toMatch(/ppt\/media\/image.*\.png/);
    expect(names).toContain('<a:tbl>');
  });

  it('web_fetch asks Firecrawl for pages that turn programs away', async () => {
    site.pages.set('/guarded', { type: 'text/html', body: '<p>Prove that you are human</p>', status: 403 });
    site.json('/firecrawl/v2/scrape', {
      success: true,
      data: { markdown: '# The price is 12', metadata: { title: 'Prices', statusCode: 200 } },
    });
    expect(await bench.call('web_fetch', { url: `${site.url}/guarded` })).toContain('The price is 12');
    const asked = site.asked('/firecrawl/v2/scrape')[0];
    expect(asked?.headers.authorization).toBe('Bearer crawl-key');
    expect(JSON.parse(asked?.body ?? '{}')).toMatchObject({ url: `${site.url}/guarded`, formats: ['markdown'] });
    site.pages.set('/firecrawl/v2/scrape', { type: 'application/json', body: '{}', status: 402 });
    site.pages.set('/guarded-2', { type: 'text/html', body: '<p>Prove it again</p>', status: 403 });
    expect(await bench.call('web_fetch', { url: `${site.url}/guarded-2` })).toContain('status 403');
  });

  it('two conversations talk on until one has nothing to add', async () => {
    await bench.turn([], { sessionKey: 'cellar', message: 'here is the cellar' });
    const heard: string[] = [];
    bench.others = ({ lastUser }) => {
      heard.push(lastUser);
      if (lastUser.includes('an answer to what was asked')) {
        const turns = heard.filter((text) => text.includes('an answer to what was asked')).length;
        return { steps: [{ text: turns < 3 ? `word ${turns}` : 'REPLY_SKIP' }] };
      }
      return { steps: [{ text: lastUser.includes('how many') ? 'Nine bottles.' : 'done' }] };
    };
    expect(await bench.call('sessions_send', { sessionKey: 'cellar', message: 'how many?' }, 'asker')).toContain(
      'Nine bottles.',
    );
    await until('the talk', () => heard.some((text) => text.includes('word 2')));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(
      heard.filter((text) => text.includes('an answer to what was asked')).map((text) => /] (.*)\n/.exec(text)?.[1]),
    ).toEqual(['Nine bottles.', 'word 1', 'word 2']);
    const asker = await bench.client.call('chat.history', { sessionKey: 'asker' });
    expect(JSON.stringify(asker.payload)).toContain('word 2');
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('sessions_list, sessions_history, sessions_send and agents_list reach other conversations', async () => {
    await bench.turn([], { sessionKey: 'kitchen', message: 'the kettle is blue' });
    expect(await bench.call('sessions_list', {})).toContain('agent:main:kitchen');
    expect(await bench.call('sessions_history', { sessionKey: 'kitchen' })).toContain('the kettle is blue');
    let over = false;
    bench.others = ({ lastUser }) => {
      const isTalk = lastUser.includes('an answer to what was asked');
      over ||= isTalk;
      return { steps: [{ text: isTalk ? 'REPLY_SKIP' : lastUser.includes('what colour') ? 'It is blue.' : 'done' }] };
    };
    expect(await bench.call('sessions_send', { sessionKey: 'kitchen', message: 'what colour?' })).toContain(
      'It is blue.',
    );
    expect(await bench.call('sessions_send', { sessionKey: 'nowhere', message: 'x' })).toContain('not_found');
    await until('the end of the talk', () => over);
    expect(await bench.call('agents_list', {})).toContain('main');
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('sessions_spawn works in the background and its result comes back once', async () => {
    const results: string[] = [];
    bench.others = ({ lastUser }) => {
      if (lastUser === 'count the leaves') return { steps: [{ text: 'There are 7 leaves.' }] };
      results.push(lastUser);
      return { steps: [{ text: 'thanks' }] };
    };
    expect(await bench.call('sessions_spawn', { task: 'count the leaves', label: 'leaves' })).toContain(
      'agent:main:subagent:',
    );
    await until('the result', () => results.length > 0);
    expect(results).toEqual([expect.stringContaining('There are 7 leaves.')]);
    await bench.call('sessions_spawn', { task: 'count the leaves', label: 'gone', cleanup: 'delete' });
    await until('the second result', () => results.length > 1);
    await until(
      'its conversation to be forgotten',
      async () => !(await bench.call('sessions_list', {})).includes('"gone"'),
    );
    expect(await bench.call('sessions_spawn', { task: 'x', agentId: 'other' })).toContain('denied_by_policy');
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('session_status, todo and memory tools', async () => {
    mkdirSync(bench.workspace('memory'), { recursive: true });
    writeFileSync(bench.workspace('MEMORY.md'), '# Facts\n\nThe cat is called Minka.\n');
    writeFileSync(bench.workspace('memory', '2026-01-02.md'), 'Bought a bicycle.\n\n今日は東京で寿司を食べました。\n');
    const told = await bench.turn([
      { name: 'session_status', args: {} },
      { name: 'todo', args: { action: 'add', text: 'boil water\npour' } },
      { name: 'todo', args: { action: 'update', id: 1, status: 'done' } },
      { name: 'memory_search', args: { query: 'name of the cat' } },
      { name: 'memory_search', args: { query: '寿司' } },
      { name: 'memory_get', args: { path: 'memory/2026-01-02.md', from: 1, lines: 1 } },
      { name: 'memory_get', args: { path: 'a/one.txt' } },
    ]);
    expect(told[0]).toContain('Model: fake/fake-1');
    expect(told[2]).toContain('1. [x] boil water');
    expect(told[3]).toContain('Minka');
    expect(told[4]).toContain('memory/2026-01-02.md');
    expect(told[5]).toBe('Bought a bicycle.');
    expect(told[6]).toContain('no memory file');
  });

  it('cron plans, shows, changes and runs reminders', async () => {
    const notes: string[] = [];
    bench.others = ({ lastUser }) => {
      notes.push(lastUser);
      return { steps: [{ text: 'noted' }] };
    };
    const added = await bench.call('cron', {
      action: 'add',
      job: {
        schedule: { kind: 'at', at: '2060-01-01T00:00:00Z' },
        payload: { kind: 'systemEvent', text: 'water the plants' },
      },
    });
    const jobId = /job ([0-9a-f-]{36})/.exec(added)?.[1];
    expect(await bench.call('cron', { action: 'list' })).toContain('water the plants');
    expect(await bench.call('cron', { action: 'status' })).toContain('2060');
    expect(await bench.call('cron', { action: 'update', jobId, patch: { name: 'plants' } })).toContain('Changed');
    expect(await bench.call('cron', { action: 'run', jobId })).toContain('due now');
    await until('the reminder', () => notes.some((note) => note.includes('water the plants')));
    expect(await bench.call('cron', { action: 'wake', text: 'look again' })).toContain('told after this turn');
    await until('the wake', () => notes.some((note) => note.includes('look again')));
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  withBrowser(
    'browser tells of dialogs and of windows that a page opens by itself',
    async () => {
      site.html('/noisy', '<title>Noisy</title><p>Tea?</p>');
      const run = (fn: string): object => ({ action: 'act', request: { kind: 'evaluate', fn } });
      const told: string[] = [];
      // Each in a conversation of its own, which has read nothing.
      for (const args of [
        { action: 'open', targetUrl: `${site.url}/noisy` },
        run("() => alert('Out of tea')"),
        run("() => { window.open('/bare'); }"),
        { action: 'act', request: { kind: 'wait', text: 'Tea?' } },
        { action: 'tabs' },
      ])
        told.push(await bench.call('browser', args));
      expect(told.join('\n')).toMatch(/a dialog \(alert\) said "Out of tea" and was dismissed/);
      expect(told.join('\n')).toMatch(/it opened another tab, t\d/);
    },
    60_000,
  );

  it('gateway tells what may stand at a path of the configuration, always as whole JSON', async () => {
    const look = async (args: object): Promise<{ path: string; children: { key: string; help?: string }[] }> =>
      JSON.parse(await bench.call('gateway', args)) as never;
    const top = await look({ action: 'config.schema' });
    expect(top.children.map(({ key }) => key)).toEqual(expect.arrayContaining(['agents', 'channels', 'tools']));
    const cron = await look({ action: 'config.schema.lookup', path: 'cron' });
    expect(cron.children.find(({ key }) => key === 'enabled')?.help).toMatch(/\w/);
    for (const { key } of top.children) expect((await look({ action: 'config.schema', path: key })).path).toBe(key);
    expect(await bench.call('gateway', { action: 'config.schema.lookup', path: 'cron.nowhere' })).toContain(
      'path "cron.nowhere"',
    );
  });

  it('gateway shows the configuration without secrets, and guards what decides who may do what', async () => {
    const shown = await bench.call('gateway', { action: 'config.get' });
    expect(shown).toContain('"provider": "brave"');
    expect(shown).not.toMatch(/brave-key|test-token|twilio-token/);
    expect(await bench.call('gateway', { action: 'restart' })).toContain('commands.restart');
    const refused = await deniedCall({ action: 'config.patch', raw: '{tools: {exec: {security: "full"}}}' }, 'tools');
    expect(refused).toContain('approval_denied');
    expect(readFileSync(`${bench.gateway.stateDir}/openclaw.json`, 'utf8')).not.toContain('full');
    expect(await deniedCall({ action: 'update.run' }, 'replaces the program')).toContain('approval_denied');
  });

  /** Calls the gateway tool and denies what is asked for it. Returns what the model is told. */
  async function deniedCall(args: Record<string, unknown>, reason: string): Promise<string> {
    let denied = false;
    const told = await bench.turn([{ name: 'gateway', args }], {
      meanwhile: async () => {
        await until(
          'the question',
          async () => ((await bench.client.call('exec.approval.list')).payload as unknown as unknown[]).length > 0,
        );
        const [{ id, request }] = (await bench.client.call('exec.approval.list')).payload as unknown as [
          { id: string; request: { reason: string } },
        ];
        expect(request.reason).toContain(reason);
        await bench.client.call('exec.approval.resolve', { id, decision: 'deny' });
        denied = true;
      },
    });
    expect(denied).toBe(true);
    return told[0] ?? '';
  }

  it('ask_user takes the next message as the answer, in the same turn', async () => {
    bench.others = ({ lastUser, toolResults }) => ({
      steps: [{ text: toolResults === 0 && lastUser === 'green tea' ? 'Green it is.' : 'done' }],
    });
    const told = await bench.turn(
      [{ name: 'ask_user', args: { question: 'Which tea?', options: ['green', 'black'] } }],
      {
        sessionKey: 'asking',
        meanwhile: async () => {
          await until('the question', () => bench.models.requests.length > 0);
          await new Promise((resolve) => setTimeout(resolve, 300));
          await bench.client.call('chat.send', {
            sessionKey: 'asking',
            message: 'green tea',
            idempotencyKey: 'the-answer',
          });
        },
      },
    );
    expect(told).toEqual([]);
    const history = await bench.client.call('chat.history', { sessionKey: 'asking' });
    expect(JSON.stringify(history.payload)).toContain('Green it is.');
    bench.others = () => ({ steps: [{ text: 'done' }] });
  });

  it('message, nodes and canvas say why they can not work', async () => {
    expect(await bench.call('message', { action: 'send', target: '1', message: 'x' })).toContain(
      'no chat channel is configured',
    );
    expect(await bench.call('nodes', { action: 'status' })).toContain('No paired nodes');
    expect(await bench.call('nodes', { action: 'camera_snap' })).toContain('node_unavailable');
    expect(await bench.call('canvas', { action: 'hide' })).toContain('no paired node is connected');
  });

  withBrowser(
    'browser drives a real page',
    async () => {
      const opened = await bench.call('browser', { action: 'open', targetUrl: `${site.url}/form` });
      expect(opened).toContain('Form');
      const snapshot = await bench.call('browser', { action: 'snapshot' });
      const refOf = (name: RegExp): string =>
        new RegExp(`${name.source}.*?\\[ref=(e\\d+)\\]`).exec(snapshot)?.[1] ?? 'none';
      const told = await bench.turn([
        { name: 'browser', args: { action: 'act', request: { kind: 'type', ref: refOf(/textbox/), text: 'Minka' } } },
        { name: 'browser', args: { action: 'screenshot' } },
        { name: 'browser', args: { action: 'act', request: { kind: 'click', ref: refOf(/button/) } } },
        { name: 'browser', args: { action: 'snapshot' } },
        { name: 'browser', args: { action: 'pdf' } },
        { name: 'browser', args: { action: 'tabs' } },
      ]);
      expect(told[1]).toContain('Screenshot of');
      const shown = bench.models.requests.find(({ text }) => text.includes('What browser shows:'));
      expect(shown?.text).toContain('data:image/');
      expect(told[3]).toContain('Thanks');
      expect(site.asked('/done')[0]?.path).toContain('name=Minka');
      const pdf = /output\/page-[0-9a-f]+\.pdf/.exec(told[4] ?? '')?.[0] ?? 'none';
      expect(readFileSync(bench.workspace(pdf)).subarray(0, 5).toString()).toBe('%PDF-');
      expect(told[5]).toContain('/done');
      expect(await bench.call('browser', { action: 'navigate', targetUrl: 'http://10.0.0.1/' })).toContain(
        'blocked_address',
      );
      // Localhost is that of the conversation's sandbox.
      expect(await bench.call('browser', { action: 'navigate', targetUrl: 'http://127.0.0.1:1/' })).toMatch(
        process.env['TEST_SANDBOX'] ? /not_found.*nothing listens on port 1 of localhost/ : /blocked_address|sandbox/,
      );
      expect(
        await bench.call('browser', { action: 'act', request: { kind: 'click', ref: 'e9999' }, timeoutMs: 500 }),
      ).toMatch(/not_found.*e9999 by now; take a new snapshot/);
      expect(await bench.call('browser', { action: 'stop' })).toContain('stopped');
    },
    60_000,
  );

  withBrowser(
    'browser reaches no private address from inside a page',
    async () => {
      const { port } = new URL(bench.gateway.http);
      site.html(
        '/inside',
        `<title>x</title><script>fetch('http://127.0.0.1:${port}/health').then(r=>document.title='reached '+r.status,e=>document.title='blocked')</script><img src="http://127.0.0.1:${port}/health">`,
      );
      await bench.call('browser', { action: 'open', targetUrl: `${site.url}/inside` });
      await bench.call('browser', { action: 'act', request: { kind: 'wait', timeMs: 500 } });
      expect(await bench.call('browser', { action: 'tabs' })).not.toContain('reached 200');
      await bench.call('browser', { action: 'stop' });
    },
    60_000,
  );
});
