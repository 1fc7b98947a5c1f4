import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import { useGateway } from '../gateway/use-gateway';
import { Button } from '../kit/button';
import { Dialog } from '../kit/dialog';
import { Choice } from '../kit/field';
import { Icon } from '../kit/icon';
import { Link } from '../kit/link';
import { addressOf } from '../kit/place';
import { useUnsavedViews } from '../kit/unsaved';
import { LANGUAGES } from '../words/languages';
import { ConnectionBadge } from './connection-badge';
import { overPage } from './palette/over-page';
import { PALETTE_KEYS } from './palette/shortcuts';
import { ROUTES, type Route } from './routes';
import { useLanguage } from './use-language';
import { useTheme } from './theme';
import { fetchView } from './views';
import css from './nav.module.css';

interface NavProps {
  current: string | undefined;
  approvals: number;
  people: number;
}

interface LinkOptions {
  words?: string;
  onFollow?: () => void;
}

/** Views that have a place in the bar of a phone; the others are behind "More". */
const IN_BAR = 3;
const GROUPS = { Reach: msg`Reach`, Assistant: msg`Assistant`, Watch: msg`Watch`, System: msg`System` } as const;
const THEMES = {
  get system() {
    return t`Colours: as the system`;
  },
  get light() {
    return t`Colours: light`;
  },
  get dark() {
    return t`Colours: dark`;
  },
} as const;

export function Nav({ current, approvals, people }: NavProps) {
  const { connection, logOut } = useGateway();
  const [theme, nextTheme] = useTheme();
  const [language, chooseLanguage] = useLanguage();
  const [showsMore, setShowsMore] = useState(false);
  const counts: Readonly<Record<string, number>> = { home: approvals, people };
  const unsavedViews = useUnsavedViews();
  const linkOf = (route: Route, { words = i18n._(route.words), onFollow }: LinkOptions = {}): ReactNode => (
    <Link
      key={route.view}
      to={addressOf(route.view)}
      aria-current={route.view === current ? 'page' : undefined}
      className={css['link']}
      onPointerEnter={() => fetchView(route.view)}
      onClick={onFollow}
    >
      <Icon name={route.icon} />
      <span>{words}</span>
      {unsavedViews.has(route.view) && <Unsaved />}
      {(counts[route.view] ?? 0) > 0 && <Count count={counts[route.view] ?? 0} />}
    </Link>
  );
  const groups = [...new Set(ROUTES.map(({ group }) => group))];
  const rest = ROUTES.slice(IN_BAR);
  const themeButton = (
    <Button look="quiet" onClick={nextTheme} data-testid="theme">
      {THEMES[theme]}
    </Button>
  );

  return (
    <>
      <nav className={css['side']} aria-label={t`Views`}>
        <p className={css['brand']}>
          <Brand /> Nest
          <select
            className={css['language']}
            aria-label={t`Language`}
            value={language}
            onChange={(event) => chooseLanguage(event.target.value)}
          >
            {Object.entries(LANGUAGES).map(([name, words]) => (
              <option key={name} value={name} lang={name}>
                {words}
              </option>
            ))}
          </select>
        </p>
        <div className={css['views']}>
          {groups.map((group) => (
            <div key={group ?? ''} className={css['group']}>
              {group && <h2>{i18n._(GROUPS[group])}</h2>}
              {ROUTES.filter((route) => route.group === group).map((route) => linkOf(route))}
            </div>
          ))}
        </div>
        <div className={css['foot']}>
          <Button look="quiet" icon="search" aria-haspopup="dialog" onClick={() => overPage.show('palette')}>
            <Trans>Go to … ({PALETTE_KEYS})</Trans>
          </Button>
          {themeButton}
          <ConnectionBadge connection={connection} />
        </div>
      </nav>
      <nav className={css['bar']} aria-label={t`Main views`}>
        {ROUTES.slice(0, IN_BAR).map((route) => linkOf(route, { words: i18n._(route.short ?? route.words) }))}
        <button type="button" className={css['link']} aria-haspopup="dialog" onClick={() => setShowsMore(true)}>
          <Icon name="more" />
          <span>
            <Trans>More</Trans>
          </span>
        </button>
      </nav>
      {showsMore && (
        <Dialog title={t`More`} onClose={() => setShowsMore(false)}>
          <div className={css['group']}>
            {rest.map((route) => linkOf(route, { onFollow: () => setShowsMore(false) }))}
          </div>
          <Button
            icon="search"
            onClick={() => {
              setShowsMore(false);
              overPage.show('palette');
            }}
          >
            <Trans>Go to …</Trans>
          </Button>
          {themeButton}
          <Choice label={t`Language`} value={language} options={LANGUAGES} onChange={chooseLanguage} />
          <Button onClick={logOut}>
            <Trans>Log out of this browser</Trans>
          </Button>
        </Dialog>
      )}
    </>
  );
}

const Unsaved = () => (
  <i className={css['unsaved']} title={t`Something is not saved`}>
    <span className="visually-hidden">
      {' '}
      <Trans>Something is not saved</Trans>
    </span>
  </i>
);

const Count = ({ count }: { count: number }) => (
  <b className={css['count']}>
    {count}
    <span className="visually-hidden">
      {' '}
      <Plural value={count} one="waits" other="wait" />
    </span>
  </b>
);

/** The page's icon, drawn here so that it need not be fetched once more. */
const Brand = () => (
  <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#0b665e" />
    <path
      d="M7 14c0 6 4 10 9 10s9-4 9-10M11 9v7M16 7v10M21 9v7"
      fill="none"
      stroke="#fff"
      strokeWidth="2.6"
      strokeLinecap="round"
    />
  </svg>
);
