import { plural, t } from '@lingui/core/macro';
import { useEffect, useRef } from 'react';
import type { Approval } from '../gateway/approvals';
import { announce } from '../kit/announcer';

const PRODUCT = 'OpenClaw Nest';

interface Waiting {
  approvals: readonly Approval[];
  /** How many people ask to write; undefined until that is known. */
  people: number | undefined;
}

/** What waits for a person shows where the page itself does not: in its title and icon, and as a notification. */
export function useWaitingSigns(title: string, { approvals, people: asking }: Waiting): void {
  const people = asking ?? 0;
  const count = approvals.length + people;
  useEffect(() => {
    const what =
      approvals.length > 0
        ? `${t`(${approvals.length}) Waits for your decision`} – `
        : people > 0
          ? `${plural(people, { one: '(#) Somebody asks to write', other: '(#) People ask to write' })} – `
          : '';
    document.title = `${what}${title} – ${PRODUCT}`;
  }, [approvals.length, people, title]);

  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    const sign = count > 0 ? './icon-waiting.svg' : './icon.svg';
    // Set to what it is, it would be fetched again.
    if (icon?.getAttribute('href') !== sign) icon?.setAttribute('href', sign);
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
      announce(t`A call waits for your decision.`);
      notify(t`Waits for your decision`, request.kind === 'exec' ? t`A command` : t`A call`, id);
    }
  }, [approvals]);

  const known = useRef(asking);
  useEffect(() => {
    if (asking === undefined) return;
    // Who asked before the page was opened is shown on it.
    if (known.current !== undefined && asking > known.current)
      notify(t`Somebody asks to write to the assistant`, t`Look who it is`, 'people');
    known.current = asking;
  }, [asking]);
}

/** What it is about stands on the page alone: a notification may lie on a locked screen. */
function notify(title: string, body: string, tag: string): void {
  if (document.visibilityState === 'visible' || !mayNotify()) return;
  try {
    const notification = new Notification(title, { body, tag, icon: './icon-192.png' });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  } catch {
    // Android shows those of service workers only; the badge and the title tell it there.
  }
}

export const mayNotify = (): boolean => 'Notification' in window && Notification.permission === 'granted';
