import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Suspense, createElement, useEffect, useRef } from 'react';
import { useApprovals } from '../gateway/approvals';
import { usePairing } from '../gateway/pairing';
import { useGateway } from '../gateway/use-gateway';
import { Announcer } from '../kit/announcer';
import { addressOf, goTo, usePlace } from '../kit/place';
import { Empty, Skeleton } from '../kit/states';
import { Toasts } from '../kit/toasts';
import { Link } from '../kit/link';
import { ConnectionBar } from './connection-bar';
import { ApprovalCards } from './approvals/approval-cards';
import { Nav } from './nav';
import { Keyboard } from './palette/keyboard';
import { PeopleBar } from './people-bar';
import { SetupBar } from './setup-bar';
import { START, routeOf } from './routes';
import { VIEWS } from './views';
import { ViewGuard } from './view-guard';
import { useWaitingSigns } from './waiting';
import css from './room.module.css';

/** Everything that stays while views change. */
export function Room() {
  const { connection } = useGateway();
  const approvals = useApprovals();
  const pairing = usePairing();
  const { view, query } = usePlace();
  const route = routeOf(view === '' ? START : view);
  const main = useRef<HTMLElement>(null);

  // An address of OpenClaw leads to where its view is now.
  useEffect(() => {
    if (!route || view === '' || route.view === view) return;
    const session = query.get('session');
    goTo(addressOf(route.view, session === null ? {} : { s: session }), { replace: true });
  }, [route, view, query]);

  useWaitingSigns(route ? i18n._(route.words) : t`Not found`, {
    approvals: approvals.waiting,
    people: pairing.loaded ? pairing.requests.length : undefined,
  });

  const shown = route?.view;
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [shown]);

  const View = route && VIEWS.get(route.view);
  return (
    <div className={css['room']}>
      <a
        className={css['skip']}
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        <Trans>Skip to the content</Trans>
      </a>
      <Nav current={shown} approvals={approvals.waiting.length} people={pairing.requests.length} />
      <div className={css['stage']}>
        <ConnectionBar connection={connection} />
        <SetupBar isThere={shown === 'setup'} />
        <PeopleBar requests={pairing.requests} isThere={shown === 'people'} />
        <main id="content" ref={main} tabIndex={-1} className={css['main']}>
          {View ? (
            <ViewGuard key={shown}>
              <Suspense
                fallback={
                  <div className={css['loading']}>
                    <Skeleton lines={5} />
                  </div>
                }
              >
                {createElement(View)}
              </Suspense>
            </ViewGuard>
          ) : (
            <Empty title={t`There is nothing at this address`}>
              <Link to={addressOf('home')}>
                <Trans>Home</Trans>
              </Link>
            </Empty>
          )}
        </main>
      </div>
      <ApprovalCards {...approvals} />
      <Keyboard />
      <Toasts />
      <Announcer />
    </div>
  );
}
