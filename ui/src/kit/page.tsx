import { type ReactNode, useId } from 'react';
import { SafeText } from '../text/safe-text';
import css from './page.module.css';

const MAX_TITLE = 120;

interface PageProps {
  title: string;
  /** A sentence beside the title. */
  lead?: ReactNode;
  children: ReactNode;
}

/** A view that is read from top to bottom. */
export function Page({ title, lead, children }: PageProps) {
  return (
    <div className={css['page']}>
      <header>
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p>{lead}</p>}
      </header>
      {children}
    </div>
  );
}

/** Cards side by side where there is room. */
export const Columns = ({ children }: { children: ReactNode }) => <div className={css['columns']}>{children}</div>;

interface CardProps {
  title: string;
  /** At the right of the title. */
  aside?: ReactNode;
  testId?: string;
  children: ReactNode;
}

export function Card({ title, aside, testId, children }: CardProps) {
  const id = useId();
  return (
    <section className={css['card']} aria-labelledby={id} data-testid={testId}>
      <header>
        <h2 id={id}>
          <SafeText text={title} max={MAX_TITLE} />
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** Rows of a card: a state or icon, words with a second line, and what one can do. */
export const Rows = ({ children, testId }: { children: ReactNode; testId?: string }) => (
  <ul className={css['rows']} data-testid={testId}>
    {children}
  </ul>
);

interface RowProps {
  title: ReactNode;
  detail?: ReactNode;
  mark?: ReactNode;
  /** Below all of it, as wide as the card. */
  below?: ReactNode;
  children?: ReactNode;
}

export const Row = ({ title, detail, mark, below, children }: RowProps) => (
  <li className={css['row']}>
    {mark && <span className={css['mark']}>{mark}</span>}
    <div className={css['words']}>
      <div>{title}</div>
      {detail && <small>{detail}</small>}
    </div>
    {children && <div className={css['does']}>{children}</div>}
    {below && <div className={css['below']}>{below}</div>}
  </li>
);

/** Names and values, one pair a line. */
export const Facts = ({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) => (
  <dl className={css['facts']}>
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
