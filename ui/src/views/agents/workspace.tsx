import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { useLive } from '../../gateway/use-live';
import { byteSize } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { Field } from '../../kit/field';
import { Link } from '../../kit/link';
import { Card, Row, Rows } from '../../kit/page';
import { addressOf, goTo, usePlace } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { shortMoment } from '../../kit/time';
import { unsaved } from '../../kit/unsaved';
import { SafeText } from '../../text/safe-text';
import { type Entry, shapes, unsavedName } from './agent';
import css from './agents.module.css';

const MAX_NAME = 120;

interface Folder {
  path: string;
  entries: Entry[];
  truncated: boolean;
}

/** Everything else that lies in the workspace of an agent, a folder at a time. */
export function WorkspaceCard({ agentId, title }: { agentId: string; title: string }) {
  const { query } = usePlace();
  const path = query.get('folder') ?? '';
  const { data, error, refresh } = useLive<Folder>(['agents.workspace.list', { agentId, path }], { everyMs: 15_000 });
  const entries = data?.entries.filter((entry) => !shapes(entry.path));
  return (
    <Card title={title} testId="workspace" aside={<NewFile agentId={agentId} folder={path} />}>
      {path !== '' && <Way agentId={agentId} path={path} />}
      {error !== undefined && !data && (
        <Failure what={t`The folder could not be read.`} why={error} onRetry={refresh} />
      )}
      {!data && error === undefined && <Skeleton lines={4} />}
      {entries?.length === 0 && (
        <Empty title={path === '' ? t`There are no other files yet` : t`This folder is empty`}>
          <p>
            <Trans>What the assistant writes, and what you hand to it, is listed here.</Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {entries?.map((entry) => (
          <Row
            key={entry.path}
            title={
              <Link
                to={addressOf('agents', {
                  agent: agentId,
                  ...(entry.kind === 'folder' ? { folder: entry.path } : { file: entry.path }),
                })}
              >
                <SafeText text={entry.kind === 'folder' ? `${entry.name}/` : entry.name} max={MAX_NAME} />
              </Link>
            }
            detail={
              entry.kind === 'folder' ? (
                t`Folder`
              ) : (
                <>
                  {entry.size !== undefined && byteSize(entry.size)}
                  {entry.updatedAtMs !== undefined && t` · changed ${shortMoment(entry.updatedAtMs)}`}
                </>
              )
            }
          >
            {unsaved.has(unsavedName(agentId, entry.path)) && (
              <Status tone="warn">
                <Trans>not saved</Trans>
              </Status>
            )}
          </Row>
        ))}
      </Rows>
      {data?.truncated && (
        <p className={css['hint']}>
          <Trans>There are more than {data.entries.length} here; the rest is not listed.</Trans>
        </p>
      )}
    </Card>
  );
}

/** The folders above, each a step back. */
function Way({ agentId, path }: { agentId: string; path: string }) {
  const parts = path.split('/');
  return (
    <nav aria-label={t`Folders above`} className={css['way']}>
      <Link to={addressOf('agents', { agent: agentId })}>
        <Trans>Workspace</Trans>
      </Link>
      {parts.map((part, index) => {
        const isLast = index === parts.length - 1;
        return (
          <span key={parts.slice(0, index + 1).join('/')}>
            {' / '}
            {isLast ? (
              <span aria-current="location">
                <SafeText text={part} max={MAX_NAME} />
              </span>
            ) : (
              <Link to={addressOf('agents', { agent: agentId, folder: parts.slice(0, index + 1).join('/') })}>
                <SafeText text={part} max={MAX_NAME} />
              </Link>
            )}
          </span>
        );
      })}
    </nav>
  );
}

function NewFile({ agentId, folder }: { agentId: string; folder: string }) {
  const [name, setName] = useState<string>();
  if (name === undefined)
    return (
      <Button icon="plus" onClick={() => setName('')}>
        <Trans>New file</Trans>
      </Button>
    );
  const open = (event: FormEvent): void => {
    event.preventDefault();
    const path = [folder, name.trim()].filter((part) => part !== '').join('/');
    if (name.trim() !== '') goTo(addressOf('agents', { agent: agentId, file: path }));
  };
  return (
    <form className={css['new']} onSubmit={open}>
      <Field
        label={t`Name of the file`}
        autoFocus
        maxLength={200}
        placeholder="notes/trip.md"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={name.trim() === ''}>
        <Trans>Write it</Trans>
      </Button>
    </form>
  );
}
