import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { byteSize } from '../../kit/amounts';
import { useLive } from '../../gateway/use-live';
import { Link } from '../../kit/link';
import { Card, Row, Rows } from '../../kit/page';
import { addressOf, usePlace } from '../../kit/place';
import { Failure, Skeleton, Status } from '../../kit/states';
import { shortMoment } from '../../kit/time';
import { unsaved } from '../../kit/unsaved';
import { SafeText } from '../../text/safe-text';
import { type AgentFile, ORIGINS, PURPOSES, TRUSTED, unsavedName } from './agent';
import { Editor } from './editor';

/** The files of an agent, and one of them in an editor. */
export function FilesCard({ agentId, title }: { agentId: string; title: string }) {
  const { query } = usePlace();
  const { data, error, refresh } = useLive<{ files: AgentFile[] }>(['agents.files.list', { agentId }], {
    everyMs: 15_000,
  });
  const open = query.get('file');
  if (open !== null) return <Editor key={open} agentId={agentId} name={open} onSaved={refresh} />;
  return (
    <Card title={title} testId="files">
      {error !== undefined && !data && <Failure what={t`The files could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={5} />}
      <Rows>
        {data?.files.map((file) => (
          <Row
            key={file.name}
            title={
              <Link to={addressOf('agents', { agent: agentId, file: file.name })}>
                <SafeText text={file.name} max={120} />
              </Link>
            }
            detail={
              <>
                {PURPOSES[file.name] ?? t`Notes`}
                {file.updatedAtMs !== undefined && t` · changed ${shortMoment(file.updatedAtMs)}`}
                {file.size !== undefined && ` · ${byteSize(file.size)}`}
              </>
            }
          >
            {unsaved.has(unsavedName(agentId, file.name)) && (
              <Status tone="warn">
                <Trans>not saved</Trans>
              </Status>
            )}
            {file.missing ? (
              <Status tone="off">
                <Trans>not there yet</Trans>
              </Status>
            ) : (
              <Status tone={TRUSTED.has(file.origin ?? '') ? 'good' : 'warn'}>
                {ORIGINS[file.origin ?? ''] ?? t`not known whose`}
              </Status>
            )}
          </Row>
        ))}
      </Rows>
    </Card>
  );
}
