import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './shell/app';
import { fetchStart } from './shell/views';
import './tokens.css';
import './base.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
// What is shown first is fetched while the connection is made.
fetchStart();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
