import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { addressOf } from '../../kit/place';
import { wholeMoment } from '../../kit/time';
import { toast } from '../../kit/toasts';
import type { SessionRow } from './use-sessions';
import css from './facts.module.css';

interface EarlierProps {
  sessionKey: string;
  versionOf: string | undefined;
  onClose(): void;
}

/** What the conversation was before something in it was said anew. */
export function Earlier({ sessionKey, versionOf, onClose }: EarlierProps) {
  const { call } = useGateway();
  const { data, refresh } = useLive<{ branches: SessionRow[] }>(['sessions.branches.list', { key: sessionKey }]);
  useEffect(refresh, [refresh, versionOf]);
  const branches = data?.branches ?? [];
  if (branches.length === 0) return null;
  const goOn = (branchKey: string): void => {
    call('sessions.branches.switch', { key: sessionKey, branchKey }).then(
      () => {
        onClose();
        toast(t`The earlier version goes on.`, { undo: () => goOn(branchKey) });
      },
      (problem: unknown) => toast(t`It does not go on. ${messageOf(problem)}`),
    );
  };
  return (
    <section aria-label={t`Earlier versions`}>
      <h3>
        <Trans>Earlier versions</Trans>
      </h3>
      <ul className={css['versions']} data-testid="versions">
        {branches.map(({ key, updatedAt }) => (
          <li key={key}>
            <Link to={addressOf('chats', { s: key })} onClick={onClose}>
              {wholeMoment(updatedAt)}
            </Link>
            <Button onClick={() => goOn(key)}>
              <Trans>Go on with it</Trans>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
