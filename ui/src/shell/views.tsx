import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { currentPlace } from '../kit/place';
import { ROUTES, START, routeOf } from './routes';

const folders = import.meta.glob<{ default: ComponentType }>('../views/*/index.tsx');

const load = (view: string): Promise<{ default: ComponentType }> => {
  const folder = folders[`../views/${view}/index.tsx`];
  if (!folder) throw new Error(`there is no view ${view}`);
  return folder();
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
