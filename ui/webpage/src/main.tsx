import { type Messages, i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Words } from '../../src/words/language';
import { languageOf } from '../../src/words/languages';
import { Page } from './page';
import '../../src/tokens.css';
import './page.css';

const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
const words = new Words(import.meta.glob<{ messages: Messages }>('../../src/locales/*/webpage.po'));
void words.speak(languageOf(navigator.languages), 'webpage').then(() =>
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <Page token={token} />
      </I18nProvider>
    </StrictMode>,
  ),
);
