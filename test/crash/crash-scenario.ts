import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { settlesWithin } from '../../src/common/sleep';
import { type ChannelDriver, DRIVERS } from '../channels/channel-drivers';
import { seededRandom } from '../fakes/fault-plan';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, TEST_TOKEN, freePort, writeConfig } from '../harness/gateway-process';
import { type StoreKind, TestDatabase } from '../harness/stores';

export interface ScenarioOptions {
  /** Platform that people write on; Telegram by default. */
  channel?: string;
  seed: number;
  chats: number;
  updates: number;
  kills: number;
  /** Every how-manyth message makes the assistant run a command that leaves a trace. */
  toolEvery?: number;
  /** Every how-manyth message makes it send a picture, and a sticker where there are any, before it answers. */
  extraEvery?: number;
  /** Every how-manyth message is followed by one that a client sends to the same chat, by any of its spellings. */
  noteEvery?: number;
  faults?: boolean;
  store?: StoreKind;
  /** Another program than `bin/openclaw`, and what Node is told before it: for a gateway with a fault built in. */
  nodeArgs?: string[];
  entry?: string;
  /** How long to wait for answers when nothing comes any more. */
  quietMs?: number;
}

export interface ScenarioReport {
  /** Messages that got no answer, and messages of clients that did not arrive. */
  lost: string[];
  /** Messages whose answer stands in the chat more than once, and messages and pictures that came twice. */
  doubled: string[];
  /** Calls to the platform of which kills and faults left the outcome unknown, at most. */
  ambiguous: number;
  /** Milliseconds from each message to its answer. */
  answerMs: Percentiles;
  /** Of that, milliseconds from the end of a turn to the platform. */
  deliveryMs: Percentiles;
  /** Messages whose turn was run more than once, or that belong to more than one turn. */
  turnsTwice: string[];
  /** Chats in which answers stand in another order than their questions. */
  disordered: string[];
  /** Commands that ran twice. */
  toolsTwice: string[];
  /** Inbox rows and turns that did not reach an end. */
  open: number;
  integrity: string;
  /** Messages that never reached the inbox. */
  notTaken: string[];
  /** Messages whose text another answer replaced. */
  overwritten: string[][];
  /** Parts of answers by their last state. */
  outbox: Record<string, number>;
  /** Why parts were given up, each reason once. */
  givenUp: string[];
  /** Milliseconds from each start to ready. */
  readyMs: number[];
}

export interface Percentiles {
  p50: number;
  p99: number;
  max: number;
}

/** Longer than the longest pause between two attempts to deliver. */
const QUIET_MS = 45_000;
/** The longest life after the last message of a round: so many milliseconds, and such a part of the time to start. */
const LIFE_MS = 250;
const LIFE_OF_START = 0.6;
/** A message of a person, a picture that goes before its answer, a message of a client. */
const TOKEN = /m\d+-\d+/g;
const EXTRA = /x\d+-\d+/;
const NOTE = /n\d+-\d+/g;
const EXTRA_EVERY = 11;
const NOTE_EVERY = 9;
/**
 * People write in many chats while the gateway is killed again and again; everything is judged from outside: what the
 * platform received, what commands left behind, and what the database says at the end.
 */
export class CrashScenario {
  private readonly random: () => number;
  private readonly said = new Map<string, string[]>();
  /** When each message was said, in milliseconds since 1970. */
  private readonly saidAt = new Map<string, number>();
  /** Messages of clients, until the gateway says that the platform has them. */
  private readonly notes = new Map<string, Promise<void>>();
  private isOver = false;
  private readonly readyMs: number[] = [];
  private resets = 0;
  private platform!: ChannelDriver;
  private models!: FakeModels;
  private gateway: GatewayProcess | undefined;
  private store!: TestDatabase;
  private port = 0;

  constructor(private readonly options: ScenarioOptions) {
    this.random = seededRandom(options.seed);
  }

  async run(): Promise<ScenarioReport> {
    this.store = await TestDatabase.create(this.options.store ?? 'sqlite');
    this.platform = await (DRIVERS[this.options.channel ?? 'telegram'] as () => Promise<ChannelDriver>)();
    this.models = await FakeModels.start();
    this.models.answer = (request) => this.answer(request);
    this.port = await freePort();
    try {
      this.configure();
      await this.start();
      await this.storm();
      await this.settle();
      await this.gateway?.signal('SIGTERM');
      return await this.judge();
    } finally {
      this.isOver = true;
      await this.gateway?.signal('SIGKILL');
      await this.platform.stop();
      await this.models.stop();
      await this.store.remove();
    }
  }

  private configure(): void {
    const { platform, models } = this;
    writeConfig(this.store.stateDir, {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      messages: { queue: { mode: 'followup' } },
      // Everybody here is an owner: their commands run unasked.
      channels: { [platform.id]: platform.config(this.options.chats, `http://127.0.0.1:${this.port}`) },
      // One conversation for each chat, not one for all.
      session: { dmScope: 'per-channel-peer' },
      logging: { level: 'warn' },
    });
    if (this.options.faults) platform.misbehave(this.random, () => this.resets++);
  }

  private async start(): Promise<void> {
    const before = performance.now();
    this.gateway = await GatewayProcess.start({
      stateDir: this.store.stateDir,
      port: this.port,
      ...(this.store.url ? { env: { OPENCLAW_DATABASE_URL: this.store.url } } : {}),
      ...(this.options.nodeArgs ? { nodeArgs: this.options.nodeArgs } : {}),
      ...(this.options.entry ? { entry: this.options.entry } : {}),
    });
    this.readyMs.push(Math.round(performance.now() - before));
  }

  /** Messages come in bursts and trickles; the gateway is killed at random moments in between. */
  private async storm(): Promise<void> {
    const { updates, kills } = this.options;
    const rounds = Math.max(1, kills);
    let told = 0;
    for (let round = 0; round < rounds; round++) {
      const upTo = Math.round(((round + 1) * updates) / rounds);
      while (told < upTo) {
        const burst = Math.min(upTo - told, 1 + Math.floor(this.random() * 6));
        for (let count = 0; count < burst; count++) this.say(told++);
        await pause(this.random() * 30);
      }
      if (kills === 0) continue;
      // As long as it lives compared with how long it takes to start: a busy machine is slower in both.
      await pause(this.random() * Math.max(LIFE_MS, LIFE_OF_START * (this.readyMs.at(-1) ?? 0)));
      await this.gateway?.signal('SIGKILL');
      await this.start();
    }
  }

  private say(index: number): void {
    const chat = index < this.options.chats ? index : Math.floor(this.random() * this.options.chats);
    const list = this.said.get(String(chat)) ?? [];
    const token = `m${chat}-${list.length}`;
    list.push(token);
    this.said.set(String(chat), list);
    this.saidAt.set(token, Date.now());
    const isNth = (every: number): boolean => index % every === 0;
    const wish = isNth(this.options.toolEvery ?? 5)
      ? 'do it'
      : isNth(this.options.extraEvery ?? EXTRA_EVERY)
        ? 'show it'
        : 'hello';
    this.platform.say(chat, `${token} ${wish}`);
    if (isNth(this.options.noteEvery ?? NOTE_EVERY)) {
      const note = token.replace('m', 'n');
      this.notes.set(note, this.note(chat, note));
    }
  }

  /** A client sends until it hears that the platform has the message; the key says that it is the same one. */
  private async note(chat: number, note: string): Promise<void> {
    const targets = this.platform.targets(chat);
    const target = targets[Math.floor(this.random() * targets.length)];
    const params = { channel: this.platform.id, ...target, message: `Note ${note}.`, idempotencyKey: note };
    while (!this.isOver) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/rpc`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_TOKEN}` },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'send', params }),
      })
        .then((response) => response.json() as Promise<{ result?: unknown }>)
        .catch(() => undefined);
      if (answer?.result) return;
      await pause(100);
    }
  }

  private answer(request: ModelRequest): ModelAnswer {
    const [token = 'none'] = request.lastUser.match(TOKEN) ?? [];
    if (request.lastUser.includes('do it') && request.toolResults === 0) {
      return { steps: [{ tool: { name: 'exec', args: { command: `echo ${token} >> ledger.txt` } } }] };
    }
    const extra = request.lastUser.includes('show it') ? this.platform.extras[request.toolResults] : undefined;
    if (extra) {
      const { filename, ...args } = extra;
      const named = filename === undefined ? {} : { filename: `${token.replace('m', 'x')}.png` };
      return { steps: [{ tool: { name: 'message', args: { ...args, ...named } } }] };
    }
    return { steps: [{ text: `Answer to ${token}.` }] };
  }

  private async settle(): Promise<void> {
    const total = [...this.said.values()].flat().length;
    const answered = (): number =>
      new Set(this.platform.shown().flatMap((message) => message.text.match(TOKEN) ?? [])).size;
    let before = -1;
    let quietSince = Date.now();
    while (answered() < total && Date.now() - quietSince < (this.options.quietMs ?? QUIET_MS)) {
      if (answered() !== before) {
        before = answered();
        quietSince = Date.now();
      }
      await pause(50);
    }
    await settlesWithin(Promise.all(this.notes.values()), this.options.quietMs ?? QUIET_MS);
    await pause(1000);
  }

  private async judge(): Promise<ScenarioReport> {
    const report: ScenarioReport = {
      lost: [],
      doubled: [],
      ambiguous: this.options.kills + this.resets,
      answerMs: percentiles(this.answerTimes()),
      deliveryMs: percentiles([]),
      turnsTwice: [],
      disordered: [],
      toolsTwice: [],
      open: 0,
      integrity: '',
      notTaken: [],
      overwritten: this.platform
        .shown()
        .map(({ versions }) => [
          ...new Set(versions.flatMap((text) => text.match(TOKEN) ?? text.match(NOTE) ?? [text])),
        ])
        .filter((tokens) => tokens.length > 1),
      outbox: {},
      givenUp: [],
      readyMs: this.readyMs,
    };
    for (const [chat, tokens] of this.said) {
      const seen = this.platform
        .shown()
        .filter((message) => message.chat === Number(chat))
        .flatMap((message) => message.text.match(TOKEN) ?? []);
      for (const token of tokens) {
        const count = seen.filter((other) => other === token).length;
        if (count === 0) report.lost.push(token);
        if (count > 1) report.doubled.push(token);
      }
      const first = [...new Set(seen)];
      if (first.join() !== tokens.filter((token) => seen.includes(token)).join())
        report.disordered.push(`${chat}: ${first.join(' ')}`);
    }
    const texts = this.platform.shown().flatMap(({ text }) => text.match(NOTE) ?? []);
    report.lost.push(...[...this.notes.keys()].filter((note) => !texts.includes(note)));
    const pictures = this.platform.shown().flatMap(({ file }) => file?.match(EXTRA) ?? []);
    report.doubled.push(...doubles(texts), ...doubles(pictures));
    report.toolsTwice = doubles(this.ledger());
    await this.judgeDatabase(report);
    return report;
  }

  private answerTimes(): number[] {
    const first = new Map<string, number>();
    for (const { text, at } of this.platform.shown())
      for (const token of text.match(TOKEN) ?? []) first.set(token, Math.min(at, first.get(token) ?? Infinity));
    return [...first].map(([token, at]) => at - (this.saidAt.get(token) ?? at));
  }

  private ledger(): string[] {
    try {
      return readFileSync(join(this.store.stateDir, 'workspace', 'ledger.txt'), 'utf8')
        .trim()
        .split('\n');
    } catch {
      return [];
    }
  }

  private async judgeDatabase(report: ScenarioReport): Promise<void> {
    const database = await this.store.open();
    const { read } = database;
    if (database.dialect === 'sqlite') {
      const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(read);
      report.integrity = rows[0]?.integrity_check ?? '';
    } else report.integrity = 'ok';
    const rows = await read.selectFrom('inbox').select(['payload', 'state']).execute();
    const turns = await read.selectFrom('turns').select('state').execute();
    report.open =
      rows.filter((row) => row.state === 'pending' || row.state === 'running').length +
      turns.filter((turn) => turn.state !== 'closed').length;
    const taken = rows.flatMap((row) => (JSON.parse(row.payload) as { text: string }).text.match(TOKEN) ?? []);
    report.turnsTwice.push(...doubles(taken));
    const events = await read.selectFrom('transcript_events').select('payload').where('kind', '=', 'user').execute();
    report.turnsTwice.push(...doubles(events.flatMap((event) => event.payload.match(TOKEN) ?? [])));
    const known = new Set(taken);
    report.notTaken = [...this.said.values()].flat().filter((token) => !known.has(token));
    const parts = await read.selectFrom('outbox').select(['state', 'error', 'created_at', 'updated_at']).execute();
    const sent = parts.filter(({ state }) => state === 'sent');
    report.deliveryMs = percentiles(sent.map((part) => Number(part.updated_at) - Number(part.created_at)));
    for (const { state, error } of parts) {
      report.outbox[state] = (report.outbox[state] ?? 0) + 1;
      const reason = String(error);
      if (state === 'failed' && !report.givenUp.includes(reason)) report.givenUp.push(reason);
    }
  }
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function doubles(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
