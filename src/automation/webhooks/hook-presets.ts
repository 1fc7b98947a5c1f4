import type { HookMappingConfig, HooksConfig } from '../../config/sections/extensions.config';

/** Mappings that `hooks.presets` names, so that nobody has to write them. */
export function presetMappings({ presets = [], gmail = {} }: HooksConfig): HookMappingConfig[] {
  if (!presets.includes('gmail')) return [];
  const { model, thinking } = gmail;
  return [
    {
      id: 'gmail',
      match: { path: 'gmail' },
      action: 'agent',
      wakeMode: 'now',
      name: 'Gmail',
      // A push may bring several messages; each push is a conversation of its own.
      sessionKey: 'hook:gmail:{{messages[0].id}}',
      messageTemplate: 'New mail:\n{{messages}}',
      ...(typeof model === 'string' ? { model } : {}),
      ...(typeof thinking === 'string' ? { thinking } : {}),
    },
  ];
}
