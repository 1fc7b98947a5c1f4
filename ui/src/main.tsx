import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { readKeyEarly } from './gateway/device-key';
import { App } from './shell/app';
import { fetchStart, words } from './shell/views';
import { startLanguage } from './words/language';
import './tokens.css';
import './base.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
// What is shown first is fetched while the connection is made, and what that needs is read meanwhile.
fetchStart();
readKeyEarly();
void words.speak(startLanguage(), 'shell').then(() =>
  // In small steps, between which the browser paints and takes input.
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <I18nProvider i18n={i18n}>
          <App />
        </I18nProvider>
      </StrictMode>,
    ),
  ),
);
