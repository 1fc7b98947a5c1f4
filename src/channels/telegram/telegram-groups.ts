import type { ConfigEdit } from '../../config/apply-edits';
import type { ConfigService } from '../../config/config.service';
import { accountFits } from '../routing';
import type { TelegramAccount } from './telegram-accounts';

/**
 * A group that became a supergroup has a new id: its rules go with it, and the bindings that name it.
 * @returns whether there was something to change
 */
export async function followGroup(
  config: ConfigService,
  { id, at, settings }: TelegramAccount,
  from: string,
  to: string,
): Promise<boolean> {
  if (settings.configWrites === false) return false;
  const groups = [...at.split('.'), 'groups'];
  const rules = settings.groups?.[from];
  const edits: ConfigEdit[] = [
    ...(rules === undefined
      ? []
      : [
          { path: [...groups, to], value: rules },
          { path: [...groups, from], unset: true as const },
        ]),
    ...(config.config.bindings ?? []).flatMap(({ match }, index) =>
      match.channel.toLowerCase() === 'telegram' && match.peer?.id === from && accountFits(match.accountId, id)
        ? [{ path: ['bindings', index, 'match', 'peer', 'id'], value: to }]
        : [],
    ),
  ];
  if (edits.length > 0) await config.edit(edits);
  return edits.length > 0;
}
