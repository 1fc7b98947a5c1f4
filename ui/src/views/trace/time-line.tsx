import { t } from '@lingui/core/macro';
import { took, wholeCount } from '../../kit/amounts';
import { SafeText } from '../../text/safe-text';
import { SPAN_KINDS, SPAN_STATES, type Span, spanTitle } from './run';
import css from './trace.module.css';

const MAX_NAME = 80;
const MAX_DETAIL = 400;
/** A stretch is drawn at least so wide, in percent, that it is seen. */
const LEAST = 0.8;
const INSIDE: ReadonlySet<Span['kind']> = new Set(['model', 'tool', 'approval']);

interface TimeLineProps {
  spans: readonly Span[];
  /** Milliseconds since 1970. */
  start: number;
  end: number;
}

/** Each stretch with its bar to scale; the numbers stand beside it. */
export function TimeLine({ spans, start, end }: TimeLineProps) {
  const whole = Math.max(1, end - start);
  const firstHarm = spans.find(({ kind, state }) => kind !== 'tool' && (state === 'failed' || state === 'cut off'));
  return (
    <ol className={css['line']} data-testid="time-line">
      {spans.map((span, index) => {
        const until = span.endedAt ?? (span.state === 'open' ? end : span.startedAt);
        const width = Math.max(LEAST, ((until - span.startedAt) / whole) * 100);
        const left = Math.min(100 - width, ((span.startedAt - start) / whole) * 100);
        return (
          <li
            key={index}
            data-kind={span.kind}
            data-state={span.state}
            data-inside={INSIDE.has(span.kind)}
            data-first={span === firstHarm}
          >
            <span className={css['after']}>+{took(span.startedAt - start)}</span>
            <span className={css['what']}>
              {SPAN_KINDS[span.kind] !== undefined && <span className={css['kind']}>{SPAN_KINDS[span.kind]} </span>}
              <SafeText text={spanTitle(span)} max={MAX_NAME} />
              <Told span={span} />
            </span>
            <span className={css['track']} aria-hidden="true">
              <i data-kind={span.kind} style={{ left: `${left}%`, width: `${width}%` }} />
            </span>
            <span className={css['took']}>{until > span.startedAt ? took(until - span.startedAt) : ''}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Told({ span }: { span: Span }) {
  const { state, tokens, attempts, detail } = span;
  const facts = [
    ...(SPAN_STATES[state] === '' ? [] : [SPAN_STATES[state]]),
    ...(tokens ? [t`${wholeCount(tokens.input)} tokens in, ${wholeCount(tokens.output)} out`] : []),
    ...(attempts !== undefined && attempts !== 1 ? [attempts === 0 ? t`not tried yet` : t`${attempts} tries`] : []),
  ];
  if (facts.length === 0 && detail === undefined) return null;
  return (
    <small>
      {facts.join(' · ')}
      {facts.length > 0 && detail !== undefined && ' · '}
      {detail !== undefined && <SafeText text={detail} max={MAX_DETAIL} />}
    </small>
  );
}
