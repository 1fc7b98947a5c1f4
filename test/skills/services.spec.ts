import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeCalDav } from '../fakes/caldav-server';
import { FakeHomeAssistant } from '../fakes/home-assistant-server';
import { FakeMail } from '../fakes/mail-server';
import { FakeSite } from '../fakes/web-site';
import { type ScriptEnd, runScript } from './run-script';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'openclaw-services-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

describe('home-assistant', () => {
  let house: FakeHomeAssistant;
  beforeEach(async () => {
    house = await FakeHomeAssistant.start();
  });
  afterEach(() => house.stop());
  const ha = (args: string[], env: Record<string, string> = {}): Promise<ScriptEnd> =>
    runScript('home-assistant/scripts/ha.mjs', args, {
      cwd: work,
      env: { HA_URL: house.url, HA_TOKEN: house.token, ...env },
    });

  it('finds devices, switches them, and tells what has changed', async () => {
    expect((await ha(['states', 'desk', 'LAMP'])).out).toBe('light.desk\toff\tDesk lamp\n');
    expect((await ha(['states', 'bath'])).out).toBe('sensor.bath_humidity\t61 %\tBath\n');
    expect((await ha(['call', 'light.turn_on', 'light.desk,light.shelf', '{"brightness_pct":40}'])).out).toContain(
      'light.shelf\ton',
    );
    expect(house.calls).toEqual([
      { service: 'light.turn_on', data: { brightness_pct: 40, entity_id: ['light.desk', 'light.shelf'] } },
    ]);
    expect((await ha(['call', 'light.turn_on', 'light.desk'])).out).toContain('no state has changed');
    expect((await ha(['history', 'sensor.bath_humidity', '6'])).out).toBe('2026-11-28 08:00:00\t61\n');
    expect((await ha(['services', 'light'])).out).toContain('light.turn_on\tTurns on\tbrightness_pct');
  });

  it('says what is wrong, and never the token', async () => {
    for (const [args, env, said] of [
      [['state', 'light.none'], {}, 'knows no states/light.none'],
      [['call', 'light.turn_on', 'light.none'], {}, 'knows no states/light.none'],
      [['call', 'light.explode', 'light.desk'], {}, 'answers 400'],
      [['state', '../config'], {}, 'is not an entity'],
      [['states'], { HA_TOKEN: 'wrong-token' }, 'does not take the token'],
      [['states'], { HA_URL: 'ftp://x' }, 'must be http or https'],
      [['states'], { HA_URL: 'http://127.0.0.1:1' }, 'ECONNREFUSED'],
      [['dance'], {}, 'usage:'],
    ] as [string[], Record<string, string>, string][]) {
      const end = await ha(args, env);
      expect(end).toMatchObject({ code: 1, out: '', err: expect.stringContaining(said) as string });
      expect(end.err).not.toContain(house.token);
      expect(end.err).not.toContain('    at ');
    }
    expect(house.calls).toEqual([]);
  });
});

describe('calendar', () => {
  let dav: FakeCalDav;
  beforeEach(async () => {
    dav = await FakeCalDav.start();
  });
  afterEach(() => dav.stop());
  const calendar = (args: string[], env: Record<string, string> = {}): Promise<ScriptEnd> =>
    runScript('calendar/scripts/calendar.mjs', args, {
      cwd: work,
      env: { CALDAV_URL: dav.url, CALDAV_USER: dav.user, CALDAV_PASSWORD: dav.password, ...env },
    });
  const ZONE = ['--zone', 'Europe/Vienna'];

  it('finds the calendars from the address of the server', async () => {
    expect((await calendar(['calendars'])).out).toBe(
      `Private & family\t${dav.url}/cal/ann/private/\nWork\t${dav.url}/cal/ann/work/\n`,
    );
    expect((await calendar(['calendars'], { CALDAV_URL: `${dav.url}/cal/ann/` })).out).toContain('Work');
  });

  it('adds an event at the time that clocks of the zone show, in summer and in winter', async () => {
    const long = 'Zahnärztin; mit „Röntgen“, danach Kaffee – und noch viele Wörter, damit die Zeile umgebrochen wird';
    for (const [day, hour] of [
      ['2026-12-03', '09'],
      ['2026-07-03', '08'],
    ]) {
      const end = await calendar(['add', '--title', long, '--start', `${day} 10:00`, '--calendar', 'Work', ...ZONE]);
      expect(end).toMatchObject({ code: 0, err: '' });
      const stored = [...dav.events.values()].at(-1) ?? '';
      expect(stored).toContain(`DTSTART:${day?.replaceAll('-', '')}T${hour}0000Z`);
      expect(stored.replaceAll('\r\n ', '')).toContain('SUMMARY:Zahnärztin\\; mit „Röntgen“\\, danach');
    }
    const listed = await calendar(['list', '2026-12-01', '2026-12-07', ...ZONE]);
    expect(listed.out).toContain(`2026-12-03 10:00 to 11:00\t${long}`);
    expect(listed.out).toContain('1 events, times of Europe/Vienna');
    expect((await calendar(['list', '2026-12-04', '2026-12-07'])).out).toBe('nothing in that time\n');
  });

  it('knows whole days, and what others have written', async () => {
    await calendar(['add', '--title', 'Holiday', '--start', '2026-12-24', '--end', '2026-12-26', '--calendar', 'Work']);
    expect([...dav.events.values()][0]).toMatch(/DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227/);
    dav.events.set(
      '/cal/ann/private/x.ics',
      'BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTIMEZONE\nTZID:Europe/Vienna\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Vienna:20261225T180000\nDTEND;TZID=Europe/Vienna:20261225T2\n 00000\nSUMMARY:Dinner\\, late <&>\nLOCATION:Home\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR\n',
    );
    const { out } = await calendar(['list', '2026-12-24', '2026-12-26', ...ZONE]);
    expect(out.split('\n')[0]).toContain('2026-12-24 all day\tHoliday');
    // The start of the zone is not taken for that of the event.
    expect(out).not.toContain('1970');
    expect((await calendar(['list', '1970-10-25', '1970-10-26'])).out).toContain('2026-12-25');
  });

  it('removes what is still as it was', async () => {
    const { out } = await calendar(['add', '--title', 'Tea', '--start', '2026-12-03 10:00', '--calendar', 'Work']);
    const address = out.trim().split('\n').at(-1) ?? '';
    expect((await calendar(['remove', address])).out).toBe('removed: Tea\n');
    expect(dav.events.size).toBe(0);
    expect((await calendar(['remove', address])).err).toContain('answers 404');
  });

  it('says what is wrong, writes nothing then, and gives the password to nobody else', async () => {
    const add = (...args: string[]): string[] => ['add', '--title', 'T', ...args];
    for (const [args, env, said] of [
      [add('--start', '2026-12-03 10:00'), {}, 'which calendar? --calendar with one of: Private & family, Work'],
      [add('--start', '2026-12-03 10:00', '--calendar', 'Nope'), {}, 'there is no calendar "Nope"'],
      [add('--start', '2026-02-30', '--calendar', 'Work'), {}, '--start "2026-02-30"'],
      [add('--start', 'tomorrow', '--calendar', 'Work'), {}, '--start "tomorrow"'],
      [add('--start', '2026-12-03 10:00', '--end', '2026-12-03 09:00', '--calendar', 'Work'), {}, 'lies before'],
      [add('--start', '2026-12-03 10:00', '--end', '2026-12-04', '--calendar', 'Work'), {}, 'both have a time'],
      [['list', '2026-12-03', '2026-12-01'], {}, 'TO lies before FROM'],
      [['list', '2026-12-03', '--zone', 'Europe/Nowhere'], {}, 'is not a time zone'],
      [['calendars'], { CALDAV_PASSWORD: 'wrong' }, 'does not take CALDAV_USER'],
      [['calendars'], { CALDAV_URL: 'http://dav.example.org' }, 'not asked without encryption'],
      [['remove', 'https://elsewhere.example/x.ics'], {}, 'is not the server of CALDAV_URL'],
    ] as [string[], Record<string, string>, string][]) {
      const end = await calendar(args, env);
      expect(end).toMatchObject({ code: 1, out: '', err: expect.stringContaining(said) as string });
      expect(end.err).not.toContain(dav.password);
    }
    expect(dav.events.size).toBe(0);
  });
});

describe('mail', () => {
  let post: FakeMail;
  beforeEach(async () => {
    post = await FakeMail.start();
  });
  afterEach(() => post.stop());
  const mail = (args: string[], env: Record<string, string> = {}): Promise<ScriptEnd> =>
    runScript('mail/scripts/mail.mjs', args, {
      cwd: work,
      env: {
        MAIL_IMAP: post.imapUrl,
        MAIL_SMTP: post.smtpUrl,
        MAIL_USER: post.user,
        MAIL_PASSWORD: post.password,
        ...env,
      },
    });
  const PLAIN =
    'From: Bob <bob@example.com>\nTo: ann@example.org\nSubject: Tea\nDate: Fri, 27 Nov 2026 10:00:00 +0100\nMessage-ID: <1@x>\n\nAt ten?\n';

  it('lists what is new, searches, and leaves everything unread', async () => {
    post.add(PLAIN, ['\\Seen']);
    post.add(PLAIN.replace('Tea', '=?utf-8?B?UsO2bnRnZW4=?=\n =?utf-8?Q?_am_Montag?=').replace('27 Nov', '28 Nov'));
    expect((await mail(['list'])).out).toBe(
      '101\tnew\t2026-11-28 09:00\tBob <bob@example.com>\tRöntgen am Montag\n100\t \t2026-11-27 09:00\tBob <bob@example.com>\tTea\n',
    );
    expect((await mail(['list', '--unseen'])).out.split('\n')).toHaveLength(2);
    expect((await mail(['list', '--limit', '1'])).out).toContain('… 1 older ones');
    expect((await mail(['search', 'ten', '--from', 'bob', '--since', '2026-11-28'])).out).toMatch(/^101\t/);
    expect((await mail(['search', 'nowhere'])).out).toBe('no mails\n');
    expect((await mail(['folders'])).out).toBe('INBOX\nEntwürfe\n');
    expect((await mail(['list', '--folder', 'Entwürfe'])).out).toBe('no mails\n');
    expect(post.folders.get('INBOX')?.[1]?.flags).toEqual([]);
  });

  it('reads mails as they come: in parts, letters and forms of all kinds', async () => {
    const uid = post.add(
      [
        'From: "Müller, Zoë" <z@example.com>',
        'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=',
        'Content-Type: multipart/mixed; boundary="a b"',
        '',
        'Preamble',
        '--a b',
        'Content-Type: multipart/alternative; boundary=inner',
        '',
        '--inner',
        'Content-Type: text/plain; charset=iso-8859-1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Sch=F6ne Gr=FC=',
        '=DFe',
        '--inner',
        'Content-Type: text/html; charset=utf-8',
        '',
        '<p>not this</p>',
        '--inner--',
        '--a b',
        'Content-Type: application/pdf',
        'Content-Transfer-Encoding: base64',
        "Content-Disposition: attachment; filename*=utf-8''..%2F..%2F.b%C3%B6se.pdf",
        '',
        Buffer.from('%PDF-x').toString('base64'),
        '--a b--',
        '',
      ].join('\n'),
    );
    const { out } = await mail(['read', String(uid)]);
    expect(out).toContain('subject: Grüße');
    expect(out).toContain('Schöne Grüße');
    expect(out).not.toContain('not this');
    expect(out).toContain('(application/pdf, 6 bytes)');
    // A stranger's name of a file leads nowhere else, and hides nothing.
    const saved = await mail(['save', String(uid), 'got']);
    expect(saved).toMatchObject({ code: 0, out: 'got/_.._.böse.pdf\n' });
    expect(readdirSync(join(work, 'got'))).toHaveLength(1);
    expect(readFileSync(join(work, saved.out.trim()), 'utf8')).toBe('%PDF-x');
    await mail(['save', String(uid), 'got']);
    expect(readdirSync(join(work, 'got'))).toHaveLength(2);
    const html = post.add(
      'Subject: h\nContent-Type: text/html\n\n<style>x</style><p>One &amp; <a href="https://e.example/">two</a><br>three</p>',
    );
    expect((await mail(['read', String(html)])).out).toContain('One & two (https://e.example/)\nthree');
  });

  it('shows first, and sends only with --yes', async () => {
    writeFileSync(
      join(work, 'mail.txt'),
      'To: Bob <bob@example.com>, "Zoë, C." <c@example.com>\nBcc: secret@example.com\nSubject: Grüße vom Dienstag\n\nLine\n.dot\n\nEnd\n',
    );
    const shown = await mail(['send', 'mail.txt']);
    expect(shown.out).toContain('not sent yet');
    expect(shown.out).toContain('from ann@example.org to bob@example.com, c@example.com, secret@example.com');
    expect(post.sent).toEqual([]);
    expect(await mail(['send', 'mail.txt', '--yes'])).toMatchObject({ code: 0, err: '' });
    const [sent] = post.sent;
    expect(sent).toMatchObject({ from: post.user, to: ['bob@example.com', 'c@example.com', 'secret@example.com'] });
    const [head = '', body = ''] = sent?.data.split('\r\n\r\n') ?? [];
    expect(head).not.toContain('secret@example.com');
    expect(head).toMatch(/^Subject: =\?utf-8\?B\?/m);
    expect(head).toMatch(/^[ -~\r\n]*$/);
    expect(head).toMatch(/^To: Bob <bob@example\.com>, =\?utf-8\?B\?\S+\?= C\. <c@example\.com>\r$/m);
    expect(Buffer.from(body, 'base64').toString('utf8')).toBe('Line\r\n.dot\r\n\r\nEnd');
  });

  it('says what is wrong, sends to nobody then, and never tells the password', async () => {
    const write = (text: string): string => {
      writeFileSync(join(work, 'm.txt'), text);
      return 'm.txt';
    };
    const fine = 'To: bob@example.com\nSubject: S\n\nText\n';
    post.unknown.add('no@example.com');
    for (const [args, env, said] of [
      [['send', write(fine.replace('bob@', 'no@')), '--yes'], {}, 'nobody of that name'],
      [['list'], { MAIL_PASSWORD: 'wrong' }, 'does not take this user and password'],
      [['list'], { MAIL_IMAP: 'https://x' }, 'MAIL_IMAP must be an address'],
      [['list', '--folder', 'None'], {}, 'there is no folder "None"'],
      [['list', '--folder', 'a\r\nx LOGOUT'], {}, 'there is no folder'],
      [['search', 'a\r\nx LOGOUT'], {}, 'line ends are not possible'],
      [['read', '7'], {}, 'there is no mail 7 in INBOX'],
      [['read', '1:*'], {}, 'usage:'],
      [['search', '--since', 'yesterday'], {}, 'a day such as'],
    ] as [string[], Record<string, string>, string][]) {
      const end = await mail(args, env);
      expect(end).toMatchObject({ code: 1, err: expect.stringContaining(said) as string });
      expect(end.err).not.toContain(post.password);
    }
    for (const [text, said] of [
      ['Subject: S\n\nText', 'To: is missing'],
      ['To: bob@example.com\n\nText', 'Subject: is missing'],
      ['To: bob@exa mple.com\nSubject: S\n\nText', 'is not an address'],
    ] as const) {
      expect((await mail(['send', write(text), '--yes'])).err).toContain(said);
    }
    expect((await mail(['send', write(fine), '--yes'], { MAIL_SMTP: '' })).err).toContain('MAIL_SMTP must be');
    expect(post.sent).toEqual([]);
  });

  // Only Linux has more addresses of its own without being told so.
  (process.platform === 'linux' ? it : it.skip)(
    'tells no password to a server elsewhere without encryption',
    async () => {
      const elsewhere = await FakeMail.start('127.0.0.2');
      try {
        writeFileSync(join(work, 'm.txt'), 'To: bob@example.com\nSubject: S\n\nText\n');
        for (const args of [['list'], ['send', 'm.txt', '--yes']])
          expect(await mail(args, { MAIL_IMAP: elsewhere.imapUrl, MAIL_SMTP: elsewhere.smtpUrl })).toMatchObject({
            code: 1,
            err: '127.0.0.2 offers no encryption; the password is not sent\n',
          });
        expect(elsewhere.sent).toEqual([]);
      } finally {
        await elsewhere.stop();
      }
    },
  );
});

describe('youtube-transcripts and find-skills', () => {
  let site: FakeSite;
  beforeEach(async () => {
    site = await FakeSite.start();
  });
  afterEach(() => site.stop());
  const transcript = (...args: string[]): Promise<ScriptEnd> =>
    runScript('youtube-transcripts/scripts/transcript.mjs', args, { cwd: work, env: { YOUTUBE_BASE_URL: site.url } });
  const ID = 'dQw4w9WgXcQ';

  function video(player: Record<string, unknown>): void {
    site.pages.set(`/watch?v=${ID}`, { type: 'text/html', body: '<script>{"INNERTUBE_API_KEY":"key-1"}</script>' });
    site.pages.set('/youtubei/v1/player?key=key-1', { type: 'application/json', body: JSON.stringify(player) });
  }
  const track = (languageCode: string, kind?: string): Record<string, unknown> => ({
    languageCode,
    ...(kind ? { kind } : {}),
    name: { runs: [{ text: languageCode }] },
    baseUrl: `${site.url}/api/timedtext?lang=${languageCode}&fmt=srv3`,
  });
  const shown = (...captionTracks: unknown[]): Record<string, unknown> => ({
    playabilityStatus: { status: 'OK' },
    videoDetails: { title: 'A talk' },
    captions: { playerCaptionsTracklistRenderer: { captionTracks } },
  });

  it('takes captions by people first, and the wished language', async () => {
    video(shown(track('en', 'asr'), track('de')));
    site.pages.set('/api/timedtext?lang=de', {
      type: 'text/xml',
      body: '<transcript><text start="1.2" dur="2">Guten &amp;#39;Tag&amp;#39;</text><text start="65">zusammen</text></transcript>',
    });
    site.pages.set('/api/timedtext?lang=en', {
      type: 'text/xml',
      body: '<timedtext><body><p t="3661000" d="5"><s>hello</s><s> there</s></p></body></timedtext>',
    });
    expect((await transcript(`https://youtu.be/${ID}?si=x`)).out).toContain("Guten 'Tag' zusammen");
    expect((await transcript(ID, '--lang', 'fr,en', '--times')).out).toContain('[1:01:01] hello there');
    expect((await transcript(ID, '--list')).out).toBe('en\ten\tby machine\nde\tde\tby people\n');
    expect((await transcript(ID, '--out', 't.txt')).out).toContain('t.txt: 2 lines');
    expect(JSON.parse(site.requests.find(({ path }) => path.startsWith('/youtubei'))?.body ?? '')).toMatchObject({
      videoId: ID,
    });
  });

  it('says why there is none', async () => {
    expect((await transcript('https://example.com/x')).err).toContain('is not the address of a YouTube video');
    expect((await transcript(ID)).err).toMatch(/127\.0\.0\.1:\d+: .*404/);
    video({ playabilityStatus: { status: 'LOGIN_REQUIRED', reason: 'Sign in' } });
    expect((await transcript(ID)).err).toContain('does not show this video: Sign in');
    video(shown());
    expect((await transcript(ID)).err).toContain('has no captions');
    video(shown({ ...track('de'), baseUrl: 'http://127.0.0.1:1/steal' }));
    expect((await transcript(ID)).err).toContain('is not YouTube');
    video(shown(track('de')));
    expect((await transcript(ID, '--lang', 'fr')).err).toContain('no captions in fr; there are: de');
    site.pages.set('/api/timedtext?lang=de', { type: 'text/xml', body: '' });
    expect((await transcript(ID)).err).toContain('empty transcript');
  });

  it('finds skills in the registry, and fetches without installing', async () => {
    const find = (...args: string[]): Promise<ScriptEnd> =>
      runScript('find-skills/scripts/find.mjs', args, { cwd: work, env: { CLAWHUB_URL: site.url } });
    site.pages.set('/api/v1/search?q=track%20parcels&limit=10', {
      type: 'application/json',
      body: JSON.stringify({
        results: [{ slug: 'parcels', displayName: 'Parcels', summary: 'a\nb', version: '1.0.0' }],
      }),
    });
    site.pages.set('/api/v1/skills/parcels', {
      type: 'application/json',
      body: JSON.stringify({
        skill: { slug: 'parcels', displayName: 'Parcels', summary: 's', stats: { downloads: 3, stars: 1 } },
        latestVersion: { version: '1.0.0' },
        owner: { handle: 'eve' },
        moderation: { isSuspicious: true },
      }),
    });
    site.pages.set('/api/v1/download?slug=parcels', { type: 'application/zip', body: 'PK' });
    expect((await find('search', 'track parcels')).out).toBe('parcels\t1.0.0\tParcels\ta b\n');
    expect((await find('show', 'parcels')).out).toContain('WARNING');
    expect((await find('show', 'nothing')).err).toContain('no such skill');
    expect((await find('show', '../x')).err).toContain('is not the name');
    expect((await find('fetch', 'parcels', 'p.zip')).code).toBe(0);
    expect(existsSync(join(work, 'p.zip'))).toBe(true);
  });
});
