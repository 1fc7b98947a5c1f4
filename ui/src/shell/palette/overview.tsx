import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { Dialog } from '../../kit/dialog';
import { Switch } from '../../kit/switch';
import { shortcuts } from './shortcuts';
import { singleKeys } from './single-keys';
import css from './palette.module.css';

/** Every key that leads somewhere. */
export default function Overview({ onClose }: { onClose(): void }) {
  const [areOn, setOn] = useState(singleKeys.areOn);
  return (
    <Dialog title={t`Keys`} onClose={onClose}>
      <div className={css['single']}>
        <span aria-hidden="true">
          <Trans>Single-key shortcuts</Trans>
        </span>
        <Switch
          label={t`Single-key shortcuts`}
          isOn={areOn}
          onChange={(next) => {
            singleKeys.set(next);
            setOn(next);
          }}
        />
      </div>
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
