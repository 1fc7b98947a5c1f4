import type { Messages } from '@lingui/core';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { loadPart } from '../loading/load-part';
import { currentPlace } from '../kit/place';
import { MEANINGS, Words } from '../words/language';
import { ROUTES, START, routeOf } from './routes';

const folders = import.meta.glob<{ default: ComponentType }>('../views/*/index.tsx');

/** What the first load has texts for; `lingui.config.cjs` says what is in it. */
const IN_SHELL = 'chats';

export const words = new Words(
  import.meta.glob<{ messages: Messages }>([
    '../locales/*/*.po',
    '!../locales/*/webpage.po',
    '!../locales/en/meanings.po',
  ]),
);

const load = async (view: string): Promise<{ default: ComponentType }> => {
  const folder = folders[`../views/${view}/index.tsx`];
  if (!folder) throw new Error(`there is no view ${view}`);
  const parts = [...(view === IN_SHELL ? [] : [view]), ...(routeOf(view)?.hasMeanings ? [MEANINGS] : [])];
  const [loaded] = await Promise.all([loadPart(folder), ...parts.map((part) => words.load(part))]);
  return loaded;
};

/** Each view as a component that is loaded when it is first shown. */
export const VIEWS: ReadonlyMap<string, LazyExoticComponent<ComponentType>> = new Map(
  ROUTES.map(({ view }) => [view, lazy(() => load(view))]),
);

/** Fetches a view that is likely to be wanted next. */
export const fetchView = (view: string): void => void load(view).catch(() => undefined);

/** The same of the view that the address names. */
export function fetchStart(): void {
  const { view } = currentPlace();
  const route = routeOf(view === '' ? START : view);
  if (route) fetchView(route.view);
}
