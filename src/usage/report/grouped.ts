/** Things by their day, YYYY-MM-DD, the earliest day first. */
export function byDay<T extends { day: string }>(things: readonly T[]): [day: string, ofDay: T[]][] {
  return [...groupBy(things, ({ day }) => day)].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Things by a name, in the order in which the names first come. */
export function groupBy<T>(things: readonly T[], nameOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const name = nameOf(thing);
    const known = groups.get(name);
    if (known) known.push(thing);
    else groups.set(name, [thing]);
  }
  return groups;
}
