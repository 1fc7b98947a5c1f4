// The part of docs/scale.md that is measured and simulated.
import { round } from '../statistics.mjs';
import { capacityOf, planFor } from './simulation.mjs';

const BEGIN = '<!-- written by npm run bench:scale: begin -->';
const END = '<!-- written by npm run bench:scale: end -->';
const PEOPLE = 1_000_000;
const TURNS_PER_SECOND = 10_000;
/** Of a cell, in simulated time. */
const SECONDS = 60;
const KIB = 1024;
const MIB = KIB * KIB;
const DAY_SECONDS = 86_400;
/** Of all turns of a day this share falls into each second of the busiest hour, beside an even day. */
const PEAK = 4;
const CELLS = [1, 2, 3, 4, 6, 8, 12].flatMap((gateways) =>
  [2, 4, 8, 16].map((databaseCores) => ({ gateways, databaseCores, seconds: SECONDS })),
);

export function sectionOf(figures) {
  return [measuredPart(figures), cellsPart(figures), planPart(figures)].join('\n\n');
}

export function withSection(page, section) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/scale.md has no "${BEGIN}" with its end`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${page.slice(end)}`;
}

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function measuredPart({ machine, turn, idle, socket, agent, perSecond, busy, roundTripMs, syncMs, several }) {
  const share = (value) => `${round(value * 100, 0)} %`;
  const shares = ({ gateways, database }) => `gateways ${gateways.map(share).join(', ')}; database ${share(database)}`;
  return [
    '## What is measured',
    '',
    `On ${machine.cores} × ${machine.processor}, ${machine.platform}, Node ${machine.node}, build ${machine.commit}; gateways, database, model and client share these processors.`,
    'A turn is a message of a client, answered in two words by a model that answers at once.',
    '',
    table(
      ['What', 'Costs'],
      [
        ['a turn, at its gateway', `${round(turn.gatewayMs)} ms of processor time`],
        ['… at the database', `${round(turn.databaseMs)} ms of processor time`],
        ['… statements, commits', `${round(turn.statements)}, ${turn.commits}`],
        [
          '… written to the log of the database, kept',
          `${round(turn.walBytes / KIB)} KiB, ${round(turn.storedBytes / KIB)} KiB`,
        ],
        ['… at each other gateway', `${round(turn.peerMs, 2)} ms`],
        ['… more at the database for each other gateway', `${round(turn.databasePeerMs, 2)} ms`],
        [
          'an idle gateway',
          `${round(idle.residentMiB, 0)} MiB; ${round(idle.gatewayMsPerSecond)} ms of processor time a second`,
        ],
        [
          '… at the database',
          `${round(idle.databaseMsPerSecond)} ms a second, ${round(idle.statementsPerSecond)} statements a second`,
        ],
        ...[
          ['an idle socket of a client', socket],
          ['an agent that nobody talks to', agent],
        ]
          // Less than nothing: lost in what else a gateway gave back meanwhile.
          .filter(([, { residentKiB }]) => residentKiB > 0)
          .map(([what, { residentKiB, gatewayMsPerHour }]) => [
            what,
            `${round(residentKiB, 0)} KiB; ${round(gatewayMsPerHour, 0)} ms of processor time an hour`,
          ]),
        ['a statement there and back, a sync of the disk', `${round(roundTripMs, 2)} ms, ${round(syncMs, 2)} ms`],
        ['turns a second of one gateway, 20 at once', `${round(perSecond.one, 0)}; processors: ${shares(busy.one)}`],
        ['… of two gateways', `${round(perSecond.two, 0)}; processors: ${shares(busy.two)}`],
        ...[
          ['until the other gateway hears of an answer', several.heard],
          ['until the other gateway writes on, after SIGTERM in the middle of a turn', several.drained],
          ['… after SIGKILL', several.takenOver],
        ].map(([what, { p50, p99, most, count }]) => [
          what,
          `p50 ${round(p50, 0)} ms, p99 ${round(p99, 0)} ms, most ${round(most, 0)} ms (${count} times)`,
        ]),
      ],
    ),
  ].join('\n');
}

function cellsPart(figures) {
  const rows = [
    [1, 2],
    [2, 2],
    [3, 4],
    [6, 8],
    [12, 16],
  ].map(([gateways, databaseCores]) => {
    const { turnsPerSecond, bound, p50, p99 } = capacityOf(figures, { gateways, databaseCores, seconds: SECONDS });
    return [gateways, databaseCores, round(turnsPerSecond, 0), bound, `${round(p50, 0)} ms, ${round(p99, 0)} ms`];
  });
  return [
    '## What a cell carries',
    '',
    'A cell is some gateways on one database. Simulated (`bench/scale/simulation.mjs`) with the costs above, a model that takes 4 s in',
    'the middle and some ten times as long now and then, and turns that come by chance: the most at which 99 of 100 turns wait less',
    'than a second for anything but the model, and nothing is busier than 70 %.',
    '',
    table(
      ['Gateways', 'Processors of the database', 'Turns a second', 'Bound by', 'Wait beside the model: p50, p99'],
      rows,
    ),
  ].join('\n');
}

function planPart(figures) {
  const { kind, capacity, cells, cores } = planFor(figures, TURNS_PER_SECOND, CELLS);
  const perPerson = ((TURNS_PER_SECOND / PEAK) * DAY_SECONDS) / PEOPLE;
  const storedGiB = (figures.turn.storedBytes * (TURNS_PER_SECOND / PEAK) * DAY_SECONDS) / MIB / KIB;
  const sockets = PEOPLE / (cells * kind.gateways);
  const residentGiB = (figures.idle.residentMiB + (sockets * figures.socket.residentKiB) / KIB) / KIB;
  return [
    `## ${PEOPLE.toLocaleString('en')} people, ${TURNS_PER_SECOND.toLocaleString('en')} turns a second`,
    '',
    `Of the cells that were tried (1 to 12 gateways, 2 to 16 processors of the database) the one that needs the fewest processors has ${kind.gateways} gateways and ${kind.databaseCores} processors of the database; it carries ${round(capacity.turnsPerSecond, 0)} turns a second and is bound by ${capacity.bound === 'gateways' ? 'its gateways' : 'its database'}. **${cells} such cells, ${cores} processors**, carry ${TURNS_PER_SECOND.toLocaleString('en')} turns a second.`,
    '',
    `- That is ${round(perPerson, 0)} turns a person and day, where the busiest hour has ${PEAK} times the turns of an even day; ${round(storedGiB, 0)} GiB a day are kept, before anything is tidied up.`,
    ...(figures.socket.residentKiB > 0
      ? [
          `- With a page open for each person, a gateway holds ${round(sockets, 0)} sockets and ${round(residentGiB)} GiB.`,
        ]
      : []),
    `- Models have ${(TURNS_PER_SECOND * 5.5).toLocaleString('en')} requests open at a time, where they take 5.5 s on average; their limits bind long before anything here does.`,
  ].join('\n');
}
