import { messageOf } from '../../../../src/common/openclaw-error';
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
      <Card title="Undeliverable messages" testId="given-up">
        <Failure what="They could not be read." why={error} onRetry={refresh} />
      </Card>
    );
  if (letters.length === 0) return null;
  const send = (ids: string[]): void => {
    call('channels.deadLetters.resubmit', { ids }).then(
      () => {
        toast(ids.length === 1 ? 'It is sent again.' : `${ids.length} messages are sent again.`);
        refresh();
      },
      (problem: unknown) => toast(messageOf(problem)),
    );
  };
  return (
    <Card
      title="Undeliverable messages"
      testId="given-up"
      aside={
        letters.length > 1 && (
          <Button onClick={() => send(letters.map(({ id }) => id))}>Send all {letters.length} again</Button>
        )
      }
    >
      <Rows>
        {letters.map((letter) => (
          <Row
            key={letter.id}
            title={<SafeText text={letter.text === '' ? (letter.file ?? 'A file') : letter.text} max={MAX_TEXT} />}
            detail={
              <>
                to <SafeText text={letter.to} max={40} /> on {placeName(`${letter.channel}/${letter.accountId}`)} ·{' '}
                {dayName(letter.failedAt)} {clockTime(letter.failedAt)}
                {letter.state === 'uncertain' && ' · it may have arrived'}
                {letter.error !== null && (
                  <>
                    <br />
                    <SafeText text={letter.error} max={300} />
                  </>
                )}
              </>
            }
          >
            <Link to={addressOf('trace', { id: letter.id })}>Trace</Link>
            <Button onClick={() => send([letter.id])}>Send again</Button>
          </Row>
        ))}
      </Rows>
    </Card>
  );
}
