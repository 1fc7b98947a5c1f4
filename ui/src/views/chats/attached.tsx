import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'react';
import { Button } from '../../kit/button';
import { byteSize } from '../../kit/amounts';
import { SafeText } from '../../text/safe-text';
import type { PickedFile } from './kept-files';
import { dataAddressOf, isPicture } from './picked-files';
import css from './attached.module.css';

const MAX_NAME = 60;

/** Files that go with the message: what they are and how large, before it is sent. */
export const AttachedFiles = ({ files, onRemove }: { files: readonly PickedFile[]; onRemove(id: string): void }) =>
  files.length === 0 ? null : (
    <ul className={css['files']} aria-label={t`Attached files`} data-testid="attached">
      {files.map((file) => (
        <li key={file.id}>
          {isPicture(file.type) && <Preview file={file} />}
          <span>
            <SafeText text={file.name} max={MAX_NAME} />
            <small>
              <SafeText text={file.type} max={MAX_NAME} /> · {byteSize(file.content.size)}
            </small>
          </span>
          <Button look="quiet" icon="close" aria-label={t`Remove ${file.name}`} onClick={() => onRemove(file.id)} />
        </li>
      ))}
    </ul>
  );

function Preview({ file }: { file: PickedFile }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let isStale = false;
    dataAddressOf(file.content).then(
      (found) => {
        if (!isStale) setAddress(found);
      },
      () => undefined,
    );
    return () => {
      isStale = true;
    };
  }, [file]);
  return address === undefined ? <i /> : <img src={address} alt="" />;
}
