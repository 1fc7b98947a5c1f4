// Files of the view that the page begins with; the build writes them in.
const START = [];
// Before anything is painted: the colours that were chosen here.
try {
  const theme = localStorage.getItem('openclaw.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser without storage shows the colours of the system.
}
// What is shown first comes beside the scripts that show it, and not after them.
if (['', 'chats'].includes(location.pathname.slice(location.pathname.lastIndexOf('/') + 1)))
  for (const file of START) {
    const link = document.createElement('link');
    const isStyle = file.endsWith('.css');
    Object.assign(link, { rel: isStyle ? 'preload' : 'modulepreload', as: isStyle ? 'style' : 'script', href: file });
    link.crossOrigin = '';
    document.head.append(link);
  }
