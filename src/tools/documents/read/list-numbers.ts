import { attribute, decode, named } from './office-xml';

interface Level {
  form: string;
  /** Such as `%1.%2.`. */
  text: string;
  start: number;
}

interface List {
  /** Lists of one kind count together. */
  kind: string;
  levels: ReadonlyMap<number, Level>;
}

const valueOf = (xml: string, name: string): string | undefined => {
  const [found] = named(xml, name);
  return found && attribute(found.attributes, 'val');
};

/** Numbers and marks of lists in a Word file: they are not in its text, but counted by whoever shows it. */
export class ListNumbers {
  private readonly lists = new Map<string, List>();
  private readonly counts = new Map<string, number[]>();

  /** @param numbering the part that describes lists */
  constructor(numbering: string) {
    const kinds = new Map(
      named(numbering, 'abstractNum').map(({ attributes, inner }) => [
        attribute(attributes, 'abstractNumId') ?? '',
        levelsOf(inner),
      ]),
    );
    for (const { attributes, inner } of named(numbering, 'num')) {
      const id = attribute(attributes, 'numId') ?? '';
      const kind = valueOf(inner, 'abstractNumId') ?? '';
      const own = levelsOf(inner);
      const begins = named(inner, 'startOverride').length > 0;
      const levels = new Map([...(kinds.get(kind) ?? []), ...own]);
      for (const override of named(inner, 'lvlOverride')) {
        const at = Number(attribute(override.attributes, 'ilvl') ?? 0);
        const start = valueOf(override.inner, 'startOverride');
        const level = levels.get(at);
        if (level && start !== undefined) levels.set(at, { ...level, start: Number(start) });
      }
      this.lists.set(id, { kind: begins ? `${kind}/${id}` : kind, levels });
    }
  }

  /** What stands before the next paragraph of a list. */
  next(listId: string, at: number): string {
    const list = this.lists.get(listId);
    const level = list?.levels.get(at);
    if (!list || !level || level.form === 'none') return '';
    const indent = '  '.repeat(at);
    const counts = this.counts.get(list.kind) ?? [];
    for (let above = 0; above < at; above++) counts[above] ??= list.levels.get(above)?.start ?? 1;
    const last = counts[at];
    counts[at] = last === undefined ? level.start : last + 1;
    counts.length = at + 1;
    this.counts.set(list.kind, counts);
    if (level.form === 'bullet') return `${indent}- `;
    const text = level.text.replace(/%([1-9])/g, (_, number: string) => {
      const place = Number(number) - 1;
      return numeral(counts[place] ?? 1, list.levels.get(place)?.form ?? 'decimal');
    });
    return text === '' ? '' : `${indent}${text} `;
  }
}

const levelsOf = (xml: string): Map<number, Level> =>
  new Map(
    named(xml, 'lvl').map(({ attributes, inner }) => [
      Number(attribute(attributes, 'ilvl') ?? 0),
      {
        form: valueOf(inner, 'numFmt') ?? 'decimal',
        text: decode(valueOf(inner, 'lvlText') ?? ''),
        start: Number(valueOf(inner, 'start') ?? 1),
      },
    ]),
  );

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

function numeral(count: number, form: string): string {
  switch (form) {
    case 'lowerLetter':
    case 'upperLetter': {
      // Behind z comes aa, then bb.
      const letter = String.fromCharCode(97 + ((count - 1) % 26)).repeat(Math.min(Math.ceil(count / 26), 9));
      return form === 'upperLetter' ? letter.toUpperCase() : letter;
    }
    case 'lowerRoman':
    case 'upperRoman': {
      let left = Math.min(count, 3999);
      let text = '';
      for (const [value, sign] of ROMAN) for (; left >= value; left -= value) text += sign;
      return form === 'upperRoman' ? text.toUpperCase() : text;
    }
    case 'decimalZero':
      return String(count).padStart(2, '0');
    default:
      return String(count);
  }
}
