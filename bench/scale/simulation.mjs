// A cell: some gateways on one database. A discrete-event simulation of its turns, from measured costs.
//
// A turn takes processor time of its gateway in as many parts as it has commits; each part ends with statements, which take
// processor time of the database, and a commit, which waits for the next sync of its log: one sync carries all commits that
// wait for it. The model answers between the second part and the third; nobody here waits for it but the turn itself. Whatever
// other gateways spend on hearing of a turn is added to the turns: in a cell where all do the same it comes to the same.
import { quantile } from '../statistics.mjs';
import { Chance } from './chance.mjs';
import { EventQueue } from './event-queue.mjs';

const MODEL_AFTER = 2;
/** A quarter of the time goes by before anything is counted. */
const WARM_UP = 0.25;

/** Waits in line for one of several equal servers. Notes how long they worked. */
class Station {
  #events;
  #free;
  #waiting = [];
  busy = 0;

  constructor(events, servers) {
    this.#events = events;
    this.#free = servers;
  }

  serve(now, time, done) {
    if (this.#free === 0) this.#waiting.push({ time, done });
    else this.#start(now, time, done);
  }

  #start(now, time, done) {
    this.#free--;
    this.busy += time;
    this.#events.add(now + time, (at) => {
      this.#free++;
      const next = this.#waiting.shift();
      if (next) this.#start(at, next.time, next.done);
      done(at);
    });
  }
}

/** The log of a database: a sync takes whoever has come before it began. */
class Log {
  #events;
  #syncTime;
  #waiting = [];
  #isSyncing = false;
  busy = 0;

  constructor(events, syncTime) {
    this.#events = events;
    this.#syncTime = syncTime;
  }

  commit(now, done) {
    this.#waiting.push(done);
    if (!this.#isSyncing) this.#sync(now);
  }

  #sync(now) {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#isSyncing = true;
    this.busy += this.#syncTime;
    this.#events.add(now + this.#syncTime, (at) => {
      this.#isSyncing = false;
      if (this.#waiting.length > 0) this.#sync(at);
      for (const done of taken) done(at);
    });
  }
}

/**
 * @param figures as `measure.mjs` gives them; times in milliseconds
 * @param cell `{ gateways, databaseCores, turnsPerSecond, seconds, modelMedianMs, modelSigma, seed }`
 * @returns turns that ended, their milliseconds beyond the model's (p50, p99), and how busy (0 to 1) gateways, database and its
 *   log were
 */
export function simulate(figures, cell) {
  const { gateways, databaseCores, turnsPerSecond, seconds, modelMedianMs = 4000, modelSigma = 0.8, seed = 1 } = cell;
  const { turn, idle } = figures;
  const chance = new Chance(seed);
  const events = new EventQueue();
  // What gateways do without turns is taken from them beforehand.
  const forTurns = 1 - idle.gatewayMsPerSecond / 1000;
  const databaseForTurns = 1 - (idle.databaseMsPerSecond * gateways) / 1000 / databaseCores;
  if (databaseForTurns <= 0) return saturated();
  const part = (turn.gatewayMs + turn.peerMs * (gateways - 1)) / turn.commits / forTurns;
  const query = (turn.databaseMs + turn.databasePeerMs * (gateways - 1)) / turn.commits / databaseForTurns;
  const onTheWay = (turn.statements / turn.commits) * figures.roundTripMs;
  const places = Array.from({ length: gateways }, () => new Station(events, 1));
  const database = new Station(events, databaseCores);
  const log = new Log(events, figures.syncMs);
  const end = seconds * 1000;
  const beyond = [];
  let started = 0;

  function step(now, each) {
    if (each.done === turn.commits) {
      if (each.at >= end * WARM_UP) beyond.push(now - each.at - each.model);
      return;
    }
    const go = (at) =>
      each.place.serve(at, chance.exponential(part), (worked) =>
        database.serve(worked, chance.exponential(query), (asked) =>
          log.commit(asked + onTheWay, (committed) => {
            each.done++;
            step(committed, each);
          }),
        ),
      );
    if (each.done !== MODEL_AFTER) return go(now);
    each.model = chance.logNormal(modelMedianMs, modelSigma);
    events.add(now + each.model, go);
  }

  function arrive(now) {
    if (now >= end) return;
    started++;
    step(now, { at: now, model: 0, done: 0, place: places[Math.floor(chance.next() * gateways)] });
    events.add(now + chance.exponential(1000 / turnsPerSecond), arrive);
  }

  events.add(0, arrive);
  let now = 0;
  for (let event = events.next(); event; event = events.next()) {
    now = event.at;
    event.run(now);
  }
  return {
    turns: started,
    p50: quantile(beyond, 0.5),
    p99: quantile(beyond, 0.99),
    // Turns still end after the last one came: longer than that the work took wherever something was saturated.
    gatewayBusy: (Math.max(...places.map(({ busy }) => busy)) / end) * forTurns + idle.gatewayMsPerSecond / 1000,
    databaseBusy: (database.busy / databaseCores / end) * databaseForTurns + (1 - databaseForTurns),
    logBusy: log.busy / end,
  };
}

const saturated = () => ({ turns: 0, p50: Infinity, p99: Infinity, gatewayBusy: 1, databaseBusy: 1, logBusy: 1 });

/**
 * The most turns a second of such a cell, to a fiftieth: where 99 of 100 turns wait less than `limitMs` for anything but the
 * model, and nothing is busier than `mostBusy`.
 * @returns `{ turnsPerSecond, bound, … }`: `bound` names what was busiest
 */
export function capacityOf(figures, cell, { limitMs = 1000, mostBusy = 0.7 } = {}) {
  const fits = (turnsPerSecond) => {
    const result = simulate(figures, { ...cell, turnsPerSecond });
    const busiest = Math.max(result.gatewayBusy, result.databaseBusy);
    return result.p99 <= limitMs && busiest <= mostBusy ? result : undefined;
  };
  let low = 0;
  let best;
  let high = 1;
  for (let result = fits(high); result; result = fits(high)) {
    [low, best] = [high, result];
    high *= 2;
  }
  while (low > 0 && high - low > Math.max(low / 50, 0.5)) {
    const middle = (low + high) / 2;
    const result = fits(middle);
    if (result) [low, best] = [middle, result];
    else high = middle;
  }
  if (!best) return { turnsPerSecond: 0, bound: 'database', ...saturated() };
  return { ...best, turnsPerSecond: low, bound: best.gatewayBusy >= best.databaseBusy ? 'gateways' : 'database' };
}

/**
 * So many turns a second in cells of one kind.
 * @returns the kind that needs the fewest processors, with how many of it
 */
export function planFor(figures, turnsPerSecond, kinds, options) {
  const plans = kinds.map((kind) => {
    const capacity = capacityOf(figures, kind, options);
    const cells = capacity.turnsPerSecond > 0 ? Math.ceil(turnsPerSecond / capacity.turnsPerSecond) : Infinity;
    return { kind, capacity, cells, cores: cells * (kind.gateways + kind.databaseCores) };
  });
  return plans.reduce((best, plan) => (plan.cores < best.cores ? plan : best));
}
