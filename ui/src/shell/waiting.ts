import { useEffect, useRef } from 'react';
import type { Approval } from '../gateway/approvals';
import { announce } from '../kit/announcer';

const PRODUCT = 'OpenClaw Nest';

interface Waiting {
  approvals: readonly Approval[];
  /** How many people ask to write. */
  people: number;
}

/** What waits for a person shows where the page itself does not: in its title and icon, and as a notification. */
export function useWaitingSigns(title: string, { approvals, people }: Waiting): void {
  const count = approvals.length + people;
  useEffect(() => {
    const what =
      approvals.length > 0
        ? `(${approvals.length}) Waits for your decision – `
        : people > 0
          ? `(${people}) ${people === 1 ? 'Somebody asks' : 'People ask'} to write – `
          : '';
    document.title = `${what}${title} – ${PRODUCT}`;
  }, [approvals.length, people, title]);

  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon) icon.href = count > 0 ? './icon-waiting.svg' : './icon.svg';
    const { setAppBadge, clearAppBadge } = navigator as Partial<Navigator>;
    if (count > 0) setAppBadge?.call(navigator, count).catch(() => undefined);
    else clearAppBadge?.call(navigator).catch(() => undefined);
  }, [count]);

  const told = useRef(new Set<string>());
  useEffect(() => {
    for (const { id, request } of approvals) {
      if (told.current.has(id)) continue;
      told.current.add(id);
      // Said once: the time that is left is told by the card, and not out loud.
      announce('A call waits for your decision.');
      notify('Waits for your decision', request.kind === 'exec' ? 'A command' : 'A call', id);
    }
  }, [approvals]);
}

/** What it is about stands on the page alone: a notification may lie on a locked screen. */
function notify(title: string, body: string, tag: string): void {
  if (document.visibilityState === 'visible' || !mayNotify()) return;
  const notification = new Notification(title, { body, tag, icon: './icon.svg' });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
}

export const mayNotify = (): boolean => 'Notification' in window && Notification.permission === 'granted';
