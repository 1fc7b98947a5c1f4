// Files of the view that the page begins with; the build writes them in.
const START = [];
// Its texts, by language.
const WORDS = {};
// Before anything is painted: the colours that were chosen here.
try {
  const theme = localStorage.getItem('openclaw.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser without storage shows the colours of the system.
}
// What is shown first comes beside the scripts that show it, and not after them.
if (['', 'chats'].includes(location.pathname.slice(location.pathname.lastIndexOf('/') + 1)))
  for (const file of [...START, ...words()]) {
    const link = document.createElement('link');
    const isStyle = file.endsWith('.css');
    Object.assign(link, { rel: isStyle ? 'preload' : 'modulepreload', as: isStyle ? 'style' : 'script', href: file });
    link.crossOrigin = '';
    document.head.append(link);
  }

// Texts in the language that is spoken most likely; where the page decides for another one, it fetches that itself.
function words() {
  const folder = new URL('.', document.baseURI).pathname;
  let chosen = null;
  try {
    chosen = localStorage.getItem(folder === '/' ? 'openclaw.language' : `openclaw.language ${folder}`);
  } catch {
    // The browser's language is all that is known.
  }
  const language = (chosen ?? navigator.language).split('-')[0];
  return Object.hasOwn(WORDS, language) ? [WORDS[language]] : [];
}
