// Before anything is painted: the colours that were chosen here.
try {
  const theme = localStorage.getItem('openclaw.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser without storage shows the colours of the system.
}
