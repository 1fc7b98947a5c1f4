import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const SRC = join(__dirname, '../../src');

/**
 * Every write of the gateway, by label, and what keeps it right whoever writes beside it. Within a process all writes run
 * one after another; this is about a process that was overtaken, about other replicas, and about the same thing asked twice.
 * `under` a lease: the lease is looked at and held inside the same transaction; where the code does not hand one over, this
 * test fails.
 */
const LEASES: Record<string, string> = {
  'turn.step': 'lane of the session',
  'turn.steer': 'lane of the session',
  'turn.close': 'lane of the session; ends it',
  'turn.forgive': 'lane of the session',
  'inbox.message': 'lane of the session',
  // Without one where a process is alone on its database.
  'outbox.*': 'place that is written to; one sender for each chat',
  'outbox.sending': 'place that is written to; one sender for each chat',
  'outbox.searched': 'place that is written to; one sender for each chat',
  'outbox.resolved': 'place that is written to; only the text that was looked for has arrived',
  'outbox.preview': 'place that is written to; unique (run, part)',
  'inbox.accept': 'poller of the account, where one process listens; else unique (channel, account, external_id)',
};

const GUARDS: Record<string, string> = {
  // Leases themselves.
  'lease.acquire': 'one upsert, which takes only what is free, run out or its own',
  'lease.release': 'holder and token are named',
  'lease.renew': 'holder is named',
  'replica.present': 'row of its own, by id',
  'replica.gone': 'row of its own, and rows of gateways that have been gone for a day',
  // Turns and conversations.
  'turn.start': 'takes the lane; rows only as long as they wait; no turn may be running',
  'turn.resume': 'takes the lane; only as long as the turn is running',
  'turn.ask-stop': 'only as long as the turn is running',
  'turn.acquit': 'only as long as nobody has picked the turn up since',
  'command.start': 'takes the lease of the command; the row only as long as it waits',
  'command.resume': 'takes the lease of the command; only as long as its run goes on',
  'turn.put-aside': 'only what waits or runs',
  'put-aside.told': 'unique (run, part) of the outbox',
  'transcript.append': 'number is next: primary key (session, seq), tried again',
  'transcript.inject': 'row of the session held; primary key (session, seq), tried again',
  'session.update': 'row of the session held',
  'session.reset': 'row of the session held',
  'session.rewind': 'row of the session held; only as long as it has the conversation that was copied',
  'session.switch': 'rows of both sessions held',
  'session.rename': 'primary key of the new name',
  'session.delete': 'one row by key',
  'session-groups.put': 'all rows at once; the last one asked wins',
  'session-groups.rename': 'the row by its name; another of the new name stays',
  'session-groups.delete': 'rows by the name of the group',
  'session.compact': 'primary key (session, through): a second summary of the same is left out',
  'session.import': 'primary key (session, seq), tried again',
  'session.fork': 'primary key of the new name',
  'transcript.copy': 'a session id of its own, made for it',
  'conversation.title': 'primary key; what a conversation begins with never changes',
  'system-event': 'rows of its own; a repeated text is left out',
  'inbox.quarantine': 'unique (channel, account, external_id)',
  'inbox.resubmit': 'only what is in quarantine or has failed',
  'inbox.retaken': 'only what is in quarantine',
  'inbox.amend': 'only as long as the message waits',
  'inbox.drop': 'only as long as the messages wait',
  'ask-user': 'unique (run, part) of the outbox',
  'speech.answer': 'unique (run, part) of the outbox',
  'message.send': 'unique (run, part) of the outbox; the run names the call',
  send: 'unique (run, part) of the outbox; the run names the key of the caller',
  'hook.say': 'unique (run, part) of the outbox',
  // Deliveries.
  'outbox.block': 'only as long as the turn is not closed; unique (run, part), tried again',
  'outbox.interrupted': 'only what is being sent while nobody holds the place',
  'outbox.noted': 'row of its own',
  'outbox.resubmit': 'only what has failed',
  // People and devices.
  'device.request': 'one request for each device; what is over is removed first',
  'device.admit': 'files and approves in one transaction, as device.request and device.approve do',
  'device.approve': 'takes the request: who deletes it approves; row of the device held',
  'device.reject': 'takes the request',
  'device.remove': 'takes the row; undone where it is not allowed',
  'device.change': 'row of the device held',
  'pairing.approve': 'takes the request with its code: one use',
  'pairing.admit': 'primary key (channel, account, sender)',
  'pairing.reject': 'takes the request',
  'pairing.revoke': 'takes the row',
  'approval.request': 'row of its own',
  'approval.expire': 'only what is pending',
  'approval.close': 'only what is pending: the first decision stands',
  'approval.reach': 'row of its own, by id',
  'approval.take-back': 'only what holds for a conversation; a call itself keeps its answer',
  'approval.use': 'only what is decided: used once',
  // Money.
  'usage.reserve': 'budgets are compared under an advisory lock',
  'usage.settle': 'row of its own, by id',
  'usage.release': 'row of its own, by id',
  'usage.lost': 'row of its own',
  // Automation.
  'cron.add': 'primary key',
  'cron.change': 'row of the job held',
  'cron.remove': 'one row by id',
  'cron.stop': 'one row by id: as often as one likes',
  'cron.missed': 'primary key (job, slot)',
  'cron.skip': 'primary key (job, slot)',
  'cron.queue': 'primary key (job, slot): claimed in the commit that hands it over',
  'cron.refuse': 'only what is running',
  'cron.finish': 'only what is running; row of the job held',
  heartbeat: 'one row for each agent, written by the heartbeat alone',
  'webhook.add': 'rows of its own',
  'webhook.settle': 'only the attempt that was made',
  'hook.wake': 'primary key of the request',
  'secret.make': 'the first one stays: primary key',
  // Channels and files.
  'channel.first-run': 'the first one stays: primary key (channel, account)',
  'channel.bot-pause': 'row of the account held; the process that listens keeps them',
  'channel.complete': 'row of the account held; only forwards',
  'poll.keep': 'primary key (channel, account, poll)',
  'poll.state': 'one row by key; the newest state stays',
  'poll.vote': 'primary key (channel, account, poll, voter); the newest vote stays',
  'file-origin.set': 'rows by path, replaced as a whole',
  'file-origin.trust': 'the row as it was seen, by compare and set',
  'file-origin.settle': 'rows as they are in that transaction; what others have noted since the look stays',
  'received-file.add': 'one row by path, replaced as a whole; files are kept one after the other',
  'received-file.forget': 'rows by path',
  'reviewed.keep': 'the first one stays: primary key',
  'reviewed.drop': 'one row by path',
  'git-watch.note': 'one row for each workspace, written in its turn',
};

/** Functions that hand a label on: the labels are those of their callers. */
const WRAPPERS: Record<string, string> = {
  'usage/usage.store.ts': 'write',
  'automation/cron/cron.store.ts': 'transaction',
  'tools/approvals/approval.store.ts': 'write',
  'outbox/delivery.store.ts': 'change',
  'agent/turns/turn-journal.ts': 'commit',
};

interface Site {
  label: string;
  file: string;
  hasLease: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.ts$/.test(entry.name) && !/\.(spec|d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** Label of a call as it stands in the source: what is only known at run time is a `*`. */
function labelOf(node: ts.Expression | undefined): string | undefined {
  if (!node) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return `${node.head.text}*${node.templateSpans.map((s) => s.literal.text).join('*')}`;
  return undefined;
}

function sitesIn(path: string): { sites: Site[]; unlabelled: string[] } {
  const file = relative(SRC, path);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const sites: Site[] = [];
  const unlabelled: string[] = [];
  const isWrapperCall = (called: ts.PropertyAccessExpression): boolean =>
    Object.entries(WRAPPERS).some(([owner, name]) => {
      const receiver = called.expression.getText(source);
      if (called.name.text !== name) return false;
      return owner === file ? receiver === 'this' : name !== 'change' && /(^|\.)store$/.test(receiver);
    });
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const called = node.expression;
      const isWrite = called.name.text === 'write' && /(^|\.)(database|db)$/.test(called.expression.getText(source));
      const isWrapped = isWrapperCall(called);
      if (isWrite || isWrapped) {
        const label = labelOf(node.arguments[0]);
        const hasLease =
          /\bunder\b/.test(
            (node.arguments.at(-1) === node.arguments[1] ? undefined : node.arguments.at(-1))?.getText(source) ?? '',
          ) || file === 'agent/turns/turn-journal.ts';
        if (label !== undefined) sites.push({ label, file, hasLease });
        else if (!(isWrite && WRAPPERS[file])) unlabelled.push(`${file}: ${node.arguments[0]?.getText(source) ?? ''}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { sites, unlabelled };
}

describe('every write of the gateway', () => {
  const found = sourceFiles(SRC).map(sitesIn);
  const sites = found.flatMap((each) => each.sites);
  const listed = { ...LEASES, ...GUARDS };

  it('has a label that can be read where it stands', () => {
    expect(found.flatMap((each) => each.unlabelled)).toEqual([]);
    expect(sites.length).toBeGreaterThan(60);
  });

  it('is on the list, with what protects it', () => {
    expect([
      ...new Set(sites.filter(({ label }) => !(label in listed)).map(({ label, file }) => `${label} (${file})`)),
    ]).toEqual([]);
  });

  it('hands a lease over where the list says so', () => {
    expect(sites.filter(({ label, hasLease }) => label in LEASES && !hasLease)).toEqual([]);
  });

  it('is still there where the list names it', () => {
    const labels = new Set(sites.map(({ label }) => label));
    expect(Object.keys(listed).filter((label) => !labels.has(label))).toEqual([]);
  });

  it('goes through the one writer: nobody begins a transaction beside it', () => {
    const beside = sourceFiles(SRC)
      .filter((path) => /\.transaction\(\)\s*\.execute\(/.test(readFileSync(path, 'utf8')))
      .map((path) => relative(SRC, path));
    // The schema, and a copy that is filled while no gateway runs on it.
    expect(beside).toEqual(['storage/copy/copy-database.ts', 'storage/migrator.ts']);
  });
});
