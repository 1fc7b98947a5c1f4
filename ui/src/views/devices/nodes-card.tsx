import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Card, Rows } from '../../kit/page';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { useRemoved } from '../../kit/use-removed';
import { type Node, NodeRow, nodeName } from './node-row';

/** Machines and phones that the assistant may use, and what each can do. */
export function NodesCard() {
  const { call } = useGateway();
  const { ids, remove } = useRemoved();
  const { data, error, refresh } = useLive<{ nodes: Node[] }>(['node.list'], {
    events: ['node.pair.', 'device.pair.', 'presence'],
    everyMs: 15_000,
  });
  const nodes = data?.nodes.filter(({ nodeId }) => !ids.has(nodeId));
  return (
    <Card title={t`What the assistant can use`} testId="nodes">
      {!data && error === undefined && <Skeleton lines={2} />}
      {!data && error !== undefined && <Failure what={t`The nodes could not be read.`} why={error} onRetry={refresh} />}
      {nodes?.length === 0 && (
        <Empty title={t`No node is connected yet`}>
          <p>
            <Trans>
              A node is another machine or a phone that lends its commands, camera or screen. On a machine,{' '}
              <code>openclaw node run</code> makes it one.
            </Trans>
          </p>
        </Empty>
      )}
      <Rows>
        {nodes?.map((node) => (
          <NodeRow
            key={node.nodeId}
            node={node}
            onChanged={refresh}
            onRemove={() =>
              remove(node.nodeId, t`Removed “${nodeName(node)}”.`, () =>
                call('node.pair.remove', { nodeId: node.nodeId }).then(refresh),
              )
            }
          />
        ))}
      </Rows>
    </Card>
  );
}
