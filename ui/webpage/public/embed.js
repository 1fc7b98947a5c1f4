// <script src="https://your.gateway/webpage/embed.js" data-token="…" async></script>
(() => {
  const script = document.currentScript;
  if (!script) return;
  const page = new URL('./', script.src);
  const title = script.dataset.title ?? 'Chat';
  const frame = document.createElement('iframe');
  frame.title = title;
  frame.hidden = true;
  frame.style.cssText =
    'position:fixed;right:16px;bottom:72px;width:min(380px,calc(100vw - 32px));height:min(560px,calc(100vh - 96px));border:1px solid #8886;border-radius:12px;box-shadow:0 8px 32px #0004;background:#fff;z-index:2147483000';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = title;
  button.setAttribute('aria-expanded', 'false');
  button.style.cssText =
    'position:fixed;right:16px;bottom:16px;padding:10px 18px;border:0;border-radius:999px;background:#a63d2a;color:#fff;font:600 15px system-ui,sans-serif;cursor:pointer;z-index:2147483000';
  button.addEventListener('click', () => {
    // The page is loaded with the first click: until then a site pays for this button alone.
    if (!frame.src) frame.src = `${page.href}#token=${encodeURIComponent(script.dataset.token ?? '')}`;
    frame.hidden = !frame.hidden;
    button.setAttribute('aria-expanded', String(!frame.hidden));
  });
  document.body.append(frame, button);
})();
