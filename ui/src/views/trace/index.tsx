import { usePlace } from '../../kit/place';
import { RunList } from './run-list';
import { TraceOf } from './trace-of';

/** The way of each message: a list of the latest, and one of them from end to end. */
export default function TraceView() {
  const { query } = usePlace();
  const id = query.get('id');
  return id === null ? <RunList /> : <TraceOf key={id} id={id} />;
}
