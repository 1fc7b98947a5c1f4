import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeSite } from '../../fakes/web-site';
import { BROWSER, describeWithBrowser } from '../../harness/browser';
import { CliWorker } from '../../harness/cli-worker';
import { GatewayProcess } from '../../harness/gateway-process';
import type { CliResult } from '../../harness/run-cli';

const FORM = `<!doctype html><title>Order</title><h1>Order tea</h1>
<form onsubmit="event.preventDefault(); done.textContent = 'Ordered ' + kind.value + ' for ' + who.value + ' in ' + size.value">
<label>Kind <input id=kind></label><label>Name <input id=who></label>
<label>Size <select id=size><option>small</option><option>large</option></select></label>
<label>File <input type=file id=file onchange="done.textContent = 'Chose ' + file.files[0].name"></label>
<button>Order</button></form>
<button ondblclick="done.textContent = 'twice'" onmouseover="document.title = 'over'">Double</button>
<button onclick="done.textContent = confirm('Sure?') ? 'sure' : 'unsure'">Ask</button>
<p id=done></p><div style="height:5000px"></div><button id=low>Low</button>
<script>console.error('a fault'); console.warn('a doubt'); console.log('a word')</script>`;

describeWithBrowser('browser commands', () => {
  let site: FakeSite;
  let gateway: GatewayProcess;
  let cli: CliWorker;
  let folder: string;
  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/form', FORM);
    site.html('/other', '<title>Other</title><p>another page');
    gateway = await GatewayProcess.start({
      config: { browser: { executablePath: BROWSER, headless: true } },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    folder = mkdtempSync(join(tmpdir(), 'openclaw-browser-'));
    cli = CliWorker.start({
      OPENCLAW_STATE_DIR: gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(gateway.port),
      HOME: gateway.stateDir,
    });
  });
  afterAll(async () => {
    await cli.run('browser', 'stop');
    await cli.stop();
    await gateway.stop();
    await site.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<CliResult> => cli.run('browser', ...args);
  const done = async (...args: string[]): Promise<string> => {
    const result = await run(...args);
    expect([args, result]).toEqual([args, { code: 0, stderr: '', stdout: expect.any(String) as string }]);
    return result.stdout;
  };
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await done(...args, '--json')) as Record<string, unknown>;
  /** The ref of an element of the page as it is now. */
  const ref = async (words: RegExp): Promise<string> => {
    const text = await done('snapshot');
    const line = text.split('\n').find((each) => words.test(each));
    return /\[ref=(\w+)\]/.exec(line ?? '')?.[1] ?? `no ${String(words)} in ${text}`;
  };
  const outcome = (): Promise<string> => done('evaluate', '--fn', '() => document.getElementById("done").textContent');

  it('starts, opens, lists, focuses, navigates, closes and stops', async () => {
    expect(await json('status')).toMatchObject({ running: false, enabled: true, profile: 'openclaw' });
    expect(await done('start')).toBe('started\n');
    expect(await done('status')).toMatch(/Running +true/);
    expect(await done('profiles')).toMatch(/Profile +Running\nopenclaw +yes/);
    const { targetId } = await json('open', `${site.url}/form`);
    const second = await json('open', `${site.url}/other`);
    const { tabs } = (await json('tabs')) as { tabs?: { id: string; active: boolean; title: string }[] };
    expect(tabs?.find(({ id }) => id === second['targetId'])).toMatchObject({ active: true, title: 'Other' });
    expect(await done('focus', String(targetId))).toContain('is active');
    expect(await done('tabs')).toMatch(new RegExp(`${String(targetId)} +yes +${site.url}/form +Order`));
    expect(await done('navigate', `${site.url}/other`)).toContain(`${site.url}/other (200) Other`);
    expect(await done('close', String(second['targetId']))).toBe('closed\n');
    await done('close');
    expect(await done('tabs')).not.toContain(String(targetId));
    expect(await done('stop')).toBe('stopped\n');
    expect(await json('status')).toMatchObject({ running: false });
  });

  describe('on a page', () => {
    beforeEach(async () => {
      await done('open', `${site.url}/form`);
    });

    it('types, selects, fills, presses and clicks by the refs of a snapshot', async () => {
      expect(await done('type', await ref(/textbox "Kind"/), 'green tea')).toContain('typed');
      await done('select', await ref(/combobox "Size"/), 'large');
      const fields = JSON.stringify([{ ref: await ref(/textbox "Name"/), value: 'Ann' }]);
      expect(await done('fill', '--fields', fields)).toContain('filled 1 fields');
      expect(await done('click', await ref(/button "Order"/))).toContain('clicked');
      expect(await outcome()).toContain('Ordered green tea for Ann in large');
      await done('type', await ref(/textbox "Name"/), 'Bob', '--submit', '--slowly');
      expect(await outcome()).toContain('for Bob');
      writeFileSync(join(folder, 'fields.json'), fields.replace('Ann', 'Eve'));
      await done('fill', '--fields-file', join(folder, 'fields.json'));
      await done('press', 'Enter');
      await done('hover', await ref(/button "Double"/));
      expect(await done('evaluate', '--fn', '() => document.title')).toContain('"over"');
      await done('click', await ref(/button "Double"/), '--double', '--modifiers', 'Shift,Alt');
      expect(await outcome()).toContain('twice');
      await done('drag', await ref(/button "Double"/), await ref(/button "Ask"/));
    });

    it('answers dialogs, uploads, scrolls, resizes and waits', async () => {
      await done('dialog', '--accept');
      await done('click', await ref(/button "Ask"/));
      expect(await outcome()).toContain('"sure"');
      await done('dialog', '--dismiss');
      await done('click', await ref(/button "Ask"/));
      expect(await outcome()).toContain('"unsure"');
      writeFileSync(join(gateway.stateDir, 'workspace', 'tea.txt'), 'tea');
      await done('upload', 'tea.txt', '--element', '#file');
      expect(await outcome()).toContain('Chose tea.txt');
      await done('scrollintoview', await ref(/button "Low"/));
      expect(await done('evaluate', '--fn', '() => scrollY > 1000')).toContain('true');
      await done('resize', '640', '480');
      expect(await done('evaluate', '--fn', '() => innerWidth')).toContain('640');
      await done('evaluate', '--fn', '() => { setTimeout(() => (done.textContent = "later"), 10) }');
      await done('wait', '--text', 'later');
      expect(await done('evaluate', '--ref', await ref(/later/), '--fn', '(it) => it.id')).toContain('"done"');
      await done('wait', '--time', '1');
      expect(await run('wait', '--text', 'never', '--timeout', '300')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('300ms exceeded') as string,
      });
    });

    it('shows it: snapshot, picture, PDF, console', async () => {
      const interactive = await done('snapshot', '--interactive', '--limit', '2');
      expect(interactive).toContain('textbox "Kind"');
      expect(interactive).not.toContain('heading');
      expect(await done('snapshot', '--selector', 'h1', '--format', 'aria')).toContain('heading "Order tea"');
      const text = join(folder, 'page.txt');
      expect(await json('snapshot', '--efficient', '--out', text)).toMatchObject({ file: text, title: 'Order' });
      expect(readFileSync(text, 'utf8')).toContain('Order tea');
      const picture = join(folder, 'page.png');
      expect(await done('screenshot', '--out', picture)).toBe(`${picture}\n`);
      expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');
      const small = await json('screenshot', '--element', 'h1', '--type', 'jpeg', '--out', join(folder, 'h1.jpg'));
      expect(small).not.toHaveProperty('base64');
      expect(small['bytes']).toBe(readFileSync(join(folder, 'h1.jpg')).length);
      const { path, savedFiles } = (await json('pdf', '--save-files', folder)) as {
        path: string;
        savedFiles: string[];
      };
      expect(existsSync(join(gateway.stateDir, 'workspace', path))).toBe(true);
      expect(
        readFileSync(savedFiles[0] ?? '')
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
      expect(await done('console')).toBe('error: a fault\nwarning: a doubt\nlog: a word\n');
      expect(await done('console', '--level', 'warn')).toBe('error: a fault\nwarning: a doubt\n');
      expect(await json('console', '--level', 'error')).toMatchObject({ messages: [{ text: 'a fault' }] });
    });
  });

  it('refuses what it can not do, with the way out', async () => {
    const before = readdirSync(folder);
    const refused: [string[], number, string][] = [
      [['open', 'file:///etc/passwd'], 2, 'must begin with http:// or https://, got "file:///etc/passwd"'],
      [['open', 'http://10.1.2.3/'], 1, '10.1.2.3'],
      [['start', '--browser-profile', 'chrome'], 2, '--browser-profile must be one of openclaw, got "chrome"'],
      [['--browser-profile', 'chrome', 'status'], 2, '--browser-profile must be one of openclaw, got "chrome"'],
      [['focus', 't99'], 1, 'there is no tab t99'],
      [['click', 'nonsense'], 1, '"nonsense" is no ref; refs look like e12'],
      [['click', 'e1', '--button', 'side'], 2, '--button must be one of left, right, middle'],
      [['click', 'e1', '--modifiers', 'Hyper'], 2, '--modifiers must be of Alt, Control, Meta, Shift, got "Hyper"'],
      [['dialog'], 2, 'one of --accept and --dismiss is needed'],
      [['dialog', '--dismiss', '--prompt', 'x'], 2, '--prompt is an answer'],
      [['fill', '--fields', 'x'], 2, '--fields must be a JSON list'],
      [['fill'], 2, 'one of --fields <json> and --fields-file <path> is needed'],
      [['wait'], 2, 'one of --time, --text and --text-gone is needed'],
      [['resize', '1', '1'], 2, 'the width must be a whole number from 200 to 4000, got "1"'],
      [['screenshot', '--full-page', '--ref', 'e1'], 2, '--full-page is the whole page'],
      [['console', '--level', 'loud'], 2, '--level must be one of error, warn, info, got "loud"'],
      [['evaluate'], 2, "'--fn <code>' not specified"],
    ];
    for (const [args, code, stderr] of refused)
      expect([args, await run(...args)]).toEqual([
        args,
        { code, stdout: '', stderr: expect.stringContaining(stderr) as string },
      ]);
    expect(readdirSync(folder)).toEqual(before);
  });
});
