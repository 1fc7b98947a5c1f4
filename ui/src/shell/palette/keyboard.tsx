import { t } from '@lingui/core/macro';
import { Suspense, lazy, useSyncExternalStore } from 'react';
import { newSessionKey } from '../../gateway/session-names';
import { useGateway } from '../../gateway/use-gateway';
import { addressOf, goTo } from '../../kit/place';
import { toast } from '../../kit/toasts';
import { useTheme } from '../theme';
import { mayNotify } from '../waiting';
import type { Choice } from './choices';
import { loadPart } from '../../loading/load-part';
import { overPage } from './over-page';
import { useShortcuts } from './use-shortcuts';

const Palette = lazy(() => loadPart(() => import('./palette')));
const Overview = lazy(() => loadPart(() => import('./overview')));

/** What keys open over the page; loaded when it is first wanted. */
export function Keyboard() {
  const { hello, logOut } = useGateway();
  const open = useSyncExternalStore(overPage.subscribe, () => overPage.shown);
  const setOpen = overPage.show;
  const [, nextTheme] = useTheme();
  const onClose = (): void => setOpen(undefined);
  const onNew = (): void => {
    const mainKey = hello?.snapshot.sessionDefaults?.mainSessionKey ?? 'agent:main:main';
    goTo(addressOf('chats', { s: newSessionKey(mainKey) }));
  };
  useShortcuts({ onPalette: () => setOpen('palette'), onOverview: () => setOpen('overview'), onNew });

  const actions: Choice[] = [
    { id: 'new', words: t`New conversation`, kind: t`Action`, act: onNew },
    { id: 'theme', words: t`Change colours`, kind: t`Action`, alike: ['dark', 'light', 'theme'], act: nextTheme },
    { id: 'keys', words: t`Keys`, kind: t`Action`, alike: ['shortcuts', 'help'], act: () => setOpen('overview') },
    ...('Notification' in window && !mayNotify()
      ? [
          {
            id: 'notify',
            words: t`Tell me when something waits`,
            kind: t`Action`,
            alike: ['notifications'],
            act: askToNotify,
          } as const,
        ]
      : []),
    { id: 'out', words: t`Log out of this browser`, kind: t`Action`, act: logOut },
  ];
  return (
    <Suspense fallback={null}>
      {open === 'palette' && <Palette actions={actions} onClose={onClose} />}
      {open === 'overview' && <Overview onClose={onClose} />}
    </Suspense>
  );
}

function askToNotify(): void {
  void Notification.requestPermission().then((answer) =>
    toast(
      answer === 'granted'
        ? t`You are told when something waits for you.`
        : t`The browser does not allow it. Its settings for this page can be changed at the address bar.`,
    ),
  );
}
