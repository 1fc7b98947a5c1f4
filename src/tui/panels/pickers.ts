import { relativeTime } from '../../common/cli/output';
import type { GatewayLink } from '../gateway-link';
import { type Choice, ChoiceList } from './choice-list';

interface SessionRow {
  key: string;
  label?: string | null;
  derivedTitle?: string | null;
  displayName?: string | null;
  updatedAt?: number | null;
  hasActiveRun?: boolean;
}

interface ModelRow {
  id: string;
  provider: string;
  name?: string;
  available?: boolean;
}

const LISTED = 200;
const NEW = '';

/**
 * Conversations to go on in, the newest first.
 * @param current full name of the one that is open
 * @param chosen is called with the name of one, or nothing for another one
 * @throws OpenclawError
 */
export async function sessionPicker(
  link: GatewayLink,
  current: string | undefined,
  chosen: (key: string | undefined) => void,
): Promise<ChoiceList> {
  const { sessions } = await link.call<{ sessions: SessionRow[] }>('sessions.list', {
    limit: LISTED,
    includeDerivedTitles: true,
  });
  const rows: Choice[] = sessions.map(({ key, label, derivedTitle, displayName, updatedAt, hasActiveRun }) => {
    const title = label ?? derivedTitle ?? displayName;
    return {
      id: key,
      name: title ? `${title}  ${key}` : key,
      about: `${hasActiveRun ? 'answering, ' : ''}${updatedAt ? relativeTime(updatedAt) : ''}`,
      isCurrent: key === current,
    };
  });
  const all = [{ id: NEW, name: '+ another conversation' }, ...rows];
  return new ChoiceList('Conversations', all, (id) => chosen(id === NEW ? undefined : id));
}

/** Models that a conversation can use. @throws OpenclawError */
export async function modelPicker(
  link: GatewayLink,
  current: string | undefined,
  chosen: (model: string) => void,
): Promise<ChoiceList> {
  const { models } = await link.call<{ models: ModelRow[] }>('models.list');
  const all = models.map(({ id, provider, name, available }) => ({
    id: `${provider}/${id}`,
    name: `${provider}/${id}`,
    about: `${name && name !== id ? name : ''}${available === false ? ' (not available)' : ''}`,
    isCurrent: `${provider}/${id}` === current,
  }));
  return new ChoiceList('Models', all, chosen);
}
