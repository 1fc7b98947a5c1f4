export type Labels = Readonly<Record<string, string>>;

/** A sample: its value, and what tells it from the others of its name. */
export type Sample = readonly [number, Labels?];

/** Sets of labels of one figure; names that a model makes up must not fill the memory. */
const MOST_SETS = 500;
const OTHERS = 'other';

/** Something that only grows, by its labels. */
export class Counter {
  private readonly counts = new Map<string, { labels: Labels; count: number }>();

  add(labels: Labels, by = 1): void {
    const entry = entryOf(this.counts, labels, (known) => ({ labels: known, count: 0 }));
    entry.count += by;
  }

  get samples(): Sample[] {
    return [...this.counts.values()].map(({ labels, count }): Sample => [count, labels]);
  }
}

interface Observed {
  labels: Labels;
  buckets: number[];
  sum: number;
  count: number;
}

/** How long something takes, by its labels. */
export class Histogram {
  private readonly observed = new Map<string, Observed>();

  /** @param limits seconds, the shortest first */
  constructor(private readonly limits: readonly number[]) {}

  observe(labels: Labels, seconds: number): void {
    const entry = entryOf(this.observed, labels, (known) => this.none(known));
    entry.sum += seconds;
    entry.count++;
    for (const [index, limit] of this.limits.entries())
      if (seconds <= limit) entry.buckets[index] = (entry.buckets[index] ?? 0) + 1;
  }

  /** Lines in the text format; where nothing was observed yet, zeros without labels if there are to be any. */
  lines(name: string, isLabelled: boolean): string[] {
    const all = [...this.observed.values()];
    const shown = all.length > 0 || isLabelled ? all : [this.none({})];
    return shown.flatMap(({ labels, buckets, sum, count }) => [
      ...this.limits.map((limit, index) =>
        line(`${name}_bucket`, [buckets[index] ?? 0, { ...labels, le: `${limit}` }]),
      ),
      line(`${name}_bucket`, [count, { ...labels, le: '+Inf' }]),
      line(`${name}_sum`, [sum, labels]),
      line(`${name}_count`, [count, labels]),
    ]);
  }

  private none(labels: Labels): Observed {
    return { labels, buckets: this.limits.map(() => 0), sum: 0, count: 0 };
  }
}

/** A page in the text format of Prometheus, version 0.0.4. */
export class MetricsPage {
  private readonly lines: string[] = [];

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  gauge(name: string, help: string, samples: readonly Sample[]): void {
    this.add(name, 'gauge', help, samples);
  }

  counter(name: string, help: string, samples: readonly Sample[]): void {
    this.add(name, 'counter', help, samples);
  }

  histogram(name: string, help: string, histogram: Histogram, isLabelled = false): void {
    this.lines.push(...head(name, 'histogram', help), ...histogram.lines(name, isLabelled));
  }

  private add(name: string, type: string, help: string, samples: readonly Sample[]): void {
    this.lines.push(...head(name, type, help), ...samples.map((sample) => line(name, sample)));
  }
}

function entryOf<T>(known: Map<string, T>, labels: Labels, make: (labels: Labels) => T): T {
  const isFull = known.size >= MOST_SETS && !known.has(labelText(labels));
  const own = isFull ? Object.fromEntries(Object.keys(labels).map((name) => [name, OTHERS])) : labels;
  const key = labelText(own);
  const entry = known.get(key) ?? make(own);
  known.set(key, entry);
  return entry;
}

const head = (name: string, type: string, help: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

const line = (name: string, [value, labels]: Sample): string => `${name}${labelText(labels)} ${value}`;

function labelText(labels: Labels | undefined): string {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) return '';
  const escaped = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${entries.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}
