import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { type ReactNode, createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

/** Markup of a part of the page, in English. */
export const markupOf = (part: ReactNode): string =>
  renderToStaticMarkup(createElement(I18nProvider, { i18n, children: part }));
