import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Page } from './page';
import '../../src/tokens.css';
import './page.css';

const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <Page token={token} />
  </StrictMode>,
);
