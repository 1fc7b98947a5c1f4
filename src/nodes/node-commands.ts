const PHONE = [
  'canvas.present',
  'canvas.hide',
  'canvas.navigate',
  'canvas.eval',
  'canvas.snapshot',
  'canvas.a2ui.push',
  'canvas.a2ui.pushJSONL',
  'canvas.a2ui.reset',
  'camera.list',
  'camera.snap',
  'camera.clip',
  'screen.record',
  'location.get',
];
const SYSTEM = [
  'system.run',
  'system.which',
  'system.notify',
  'system.execApprovals.get',
  'system.execApprovals.set',
  'browser.proxy',
];

/** Commands that a node of a platform may be asked for. */
export function allowedCommands(
  platform: string,
  rules: { allowCommands?: string[]; denyCommands?: string[] } = {},
): ReadonlySet<string> {
  const name = platform.toLowerCase();
  const base = /^(ios|ipados)/.test(name)
    ? PHONE
    : name.startsWith('android')
      ? [...PHONE, 'sms.send']
      : /^(macos|darwin)/.test(name)
        ? [...PHONE, ...SYSTEM]
        : /^(linux|win)/.test(name)
          ? SYSTEM
          : [...PHONE, 'sms.send', ...SYSTEM];
  const allowed = new Set([...base, ...(rules.allowCommands ?? [])]);
  for (const command of rules.denyCommands ?? []) allowed.delete(command);
  return allowed;
}
