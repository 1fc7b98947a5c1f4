import { Trans } from '@lingui/react/macro';
import { titleOf } from '../../gateway/session-names';
import { useLive } from '../../gateway/use-live';
import { Link } from '../../kit/link';
import { addressOf } from '../../kit/place';
import { shortMoment } from '../../kit/time';
import { SafeText } from '../../text/safe-text';
import css from './session-list.module.css';

interface Found {
  sessionKey: string;
  seq: number;
  at: number;
  snippet: string;
}

const MAX_TITLE = 60;
const MAX_SNIPPET = 120;

/** Messages in which the words stand; each leads to its place in its conversation. */
export function FoundTexts({ search }: { search: string }) {
  const { data } = useLive<{ results: Found[] }>(['sessions.search', { query: search }]);
  if (!data || data.results.length === 0) return null;
  return (
    <section>
      <h2>
        <Trans>Said</Trans>
      </h2>
      <ul data-testid="found-texts">
        {data.results.map(({ sessionKey, seq, at, snippet }) => (
          <li key={`${sessionKey} ${seq}`}>
            <Link to={addressOf('chats', { s: sessionKey, m: String(seq) })} className={css['open']}>
              <span className={css['title']}>
                <SafeText text={titleOf({ key: sessionKey })} max={MAX_TITLE} />
              </span>
              <time dateTime={new Date(at).toISOString()}>{shortMoment(at)}</time>
              <small>
                <SafeText text={snippet} max={MAX_SNIPPET} />
              </small>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
