import { Dialog } from '../../kit/dialog';
import { shortcuts } from './shortcuts';
import css from './palette.module.css';

/** Every key that leads somewhere. */
export default function Overview({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className={css['keys']} data-testid="keys">
        {shortcuts().map(({ keys, words }) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
