import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Link } from '../../kit/link';
import { Card, Row, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { placeName } from '../../kit/place-name';
import { Failure } from '../../kit/states';
import { clockTime, dayName } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';

interface Letter {
  id: string;
  channel: string;
  accountId: string;
  to: string;
  text: string;
  file?: string;
  state: 'failed' | 'uncertain';
  error: string | null;
  failedAt: number;
}

const SHOWN = 20;
const MAX_TEXT = 160;

/** Messages to people that were given up; nothing is shown where there are none. */
export function GivenUp() {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<{ letters: Letter[] }>(['channels.deadLetters.list', { limit: SHOWN }], {
    events: ['chat', 'channels.changed'],
    everyMs: 15_000,
  });
  const letters = data?.letters ?? [];
  if (!data && error !== undefined)
    return (
      <Card title={t`Undeliverable messages`} testId="given-up">
        <Failure what={t`They could not be read.`} why={error} onRetry={refresh} />
      </Card>
    );
  if (letters.length === 0) return null;
  const send = (ids: string[]): void => {
    call('channels.deadLetters.resubmit', { ids }).then(
      () => {
        toast(plural(ids.length, { one: 'It is sent again.', other: '# messages are sent again.' }));
        refresh();
      },
      (problem: unknown) => toast(messageOf(problem)),
    );
  };
  return (
    <Card
      title={t`Undeliverable messages`}
      testId="given-up"
      aside={
        letters.length > 1 && (
          <Button onClick={() => send(letters.map(({ id }) => id))}>
            <Trans>Send all {letters.length} again</Trans>
          </Button>
        )
      }
    >
      <Rows>
        {letters.map((letter) => (
          <Row
            key={letter.id}
            title={<SafeText text={letter.text === '' ? (letter.file ?? t`A file`) : letter.text} max={MAX_TEXT} />}
            detail={
              <>
                <Trans>
                  to <SafeText text={letter.to} max={40} /> on {placeName(`${letter.channel}/${letter.accountId}`)} ·{' '}
                  {dayName(letter.failedAt)} {clockTime(letter.failedAt)}
                </Trans>
                {letter.state === 'uncertain' && t` · it may have arrived`}
                {letter.error !== null && (
                  <>
                    <br />
                    <SafeText text={letter.error} max={300} />
                  </>
                )}
              </>
            }
          >
            <Link to={addressOf('trace', { id: letter.id })}>
              <Trans>Trace</Trans>
            </Link>
            <Button onClick={() => send([letter.id])}>
              <Trans>Send again</Trans>
            </Button>
          </Row>
        ))}
      </Rows>
    </Card>
  );
}
