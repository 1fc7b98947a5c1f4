import { Link } from './link';
import { addressOf } from './place';
import css from './sections.module.css';

interface SectionsProps<T extends string> {
  /** What they are parts of, for screen readers. */
  label: string;
  view: string;
  current: T;
  /** Names of sections with what they are called; the first is shown where the address names none. */
  sections: Readonly<Record<T, string>>;
}

/** Parts of a view, each with an address of its own (`?show=`). */
export function Sections<T extends string>({ label, view, current, sections }: SectionsProps<T>) {
  const names = Object.keys(sections) as T[];
  return (
    <nav aria-label={label} className={css['sections']}>
      {names.map((name) => (
        <Link
          key={name}
          to={addressOf(view, name === names[0] ? {} : { show: name })}
          aria-current={name === current ? 'page' : undefined}
          className={css['section']}
        >
          {sections[name]}
        </Link>
      ))}
    </nav>
  );
}

/** The section that an address names; the first one where it names none that there is. */
export function sectionOf<T extends string>(query: URLSearchParams, sections: Readonly<Record<T, string>>): T {
  const names = Object.keys(sections) as [T, ...T[]];
  return names.find((name) => name === query.get('show')) ?? names[0];
}
