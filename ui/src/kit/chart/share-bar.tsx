import css from './chart.module.css';

/** How much of a whole something is; the number stands beside it. */
export const ShareBar = ({ share, tone }: { share: number; tone?: 'warn' | 'bad' }) => (
  <span className={css['share']} aria-hidden="true">
    <i data-tone={tone} style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
  </span>
);
