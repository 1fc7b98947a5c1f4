import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { byteSize } from '../../kit/amounts';
import { saveFile } from '../../kit/save-file';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import type { LiveTool } from './chat-state';
import { type HandedFile, handedFiles, handedPictures, pictureTypeOf } from './handed-files';
import { useSessionKey } from './session-key-context';
import css from './messages.module.css';

const MAX_NAME = 80;
/** A larger picture is shown when it is asked for. */
const SHOWN_BYTES = 3_000_000;

interface FileAnswer {
  file: { name: string; mimeType: string; size: number; updatedAtMs: number; content: string };
}

/** What came out of tool calls: pictures are shown, other files can be taken along. */
export function HandedOver({ tools }: { tools: readonly LiveTool[] }) {
  const pictures = handedPictures(tools);
  const files = handedFiles(tools);
  if (pictures.length + files.length === 0) return null;
  return (
    <div className={css['handed']} data-testid="handed-over">
      {pictures.map(({ mimeType, data }, index) => (
        <img key={index} src={`data:${mimeType};base64,${data}`} alt={t`picture ${index + 1} from the assistant`} />
      ))}
      {files.map((file) => (
        <OneFile key={file.path} file={file} />
      ))}
    </div>
  );
}

/** Files that an answer hands over. */
export const HandedFiles = ({ files }: { files: readonly HandedFile[] }) => (
  <div className={css['handed']} data-testid="handed-files">
    {files.map((file) => (
      <OneFile key={file.path} file={file} />
    ))}
  </div>
);

function OneFile({ file: { path, bytes } }: { file: HandedFile }) {
  const { call } = useGateway();
  const key = useSessionKey();
  const [picture, setPicture] = useState<string>();
  const type = pictureTypeOf(path);
  const isShown = type !== undefined && bytes <= SHOWN_BYTES;
  useEffect(() => {
    if (!isShown) return;
    call<FileAnswer>('sessions.files.get', { key, path }).then(
      ({ file }) => {
        // What it is, its bytes say.
        if (file.mimeType === type) setPicture(`data:${file.mimeType};base64,${file.content}`);
      },
      () => undefined,
    );
  }, [call, key, path, type, isShown]);
  const download = (): void => {
    wholeFile((offset) => call<FileAnswer>('sessions.files.get', { key, path, offset })).then(
      ({ name, content }) => saveFile(name, 'application/octet-stream', content),
      (error: unknown) => toast(t`The file was not handed out. ${messageOf(error)}`),
    );
  };
  return (
    <>
      {picture !== undefined && <img src={picture} alt={path} />}
      <div>
        <span>
          <SafeText text={path} max={MAX_NAME} /> · {byteSize(bytes)}
        </span>
        <Button look="quiet" onClick={download}>
          <Trans>Download</Trans>
        </Button>
      </div>
    </>
  );
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** Fetches a file of any size piece by piece. */
async function wholeFile(
  pieceAt: (offset: number) => Promise<FileAnswer>,
): Promise<{ name: string; content: Uint8Array<ArrayBuffer> }> {
  const { file: first } = await pieceAt(0);
  const content = new Uint8Array(first.size);
  let piece = bytesOf(first.content);
  for (let at = 0; ;) {
    content.set(piece, at);
    at += piece.length;
    if (at >= first.size) return { name: first.name, content };
    const { file } = await pieceAt(at);
    piece = bytesOf(file.content);
    if (file.updatedAtMs !== first.updatedAtMs || piece.length === 0) throw new Error(t`It has changed meanwhile.`);
  }
}
