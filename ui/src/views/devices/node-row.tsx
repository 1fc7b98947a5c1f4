import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { shortId } from '../../../../src/common/short-id';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { byteSize } from '../../kit/amounts';
import { Button } from '../../kit/button';
import { Facts, Row } from '../../kit/page';
import { Rename } from '../../kit/rename';
import { Failure, Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { MAX_NAME } from './device';
import { NodeCall } from './node-call';
import css from './devices.module.css';

/** A machine or phone, as `node.list` tells it. */
export interface Node {
  nodeId: string;
  displayName?: string;
  platform?: string;
  version?: string;
  remoteIp?: string;
  caps: string[];
  commands: string[];
  connected: boolean;
  hostStats?: { memoryTotalBytes: number; memoryFreeBytes: number; loadAverage?: number[] };
  approvalState: 'approved' | 'pending-reapproval';
  pendingRequestId?: string;
  pendingDeclaredCommands?: string[];
}

export const nodeName = ({ displayName, nodeId }: Node): string => displayName ?? shortId(nodeId, 12);

interface NodeRowProps {
  node: Node;
  onChanged(): void;
  onRemove(): void;
}

/** One node: what it can do, what it asks to be able to do as well, and a call by hand. */
export function NodeRow({ node, onChanged, onRemove }: NodeRowProps) {
  const { call } = useGateway();
  const [isOpen, setOpen] = useState(false);
  const [isNaming, setNaming] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { nodeId, platform, version, commands, connected, hostStats, pendingRequestId } = node;
  const wanted = (node.pendingDeclaredCommands ?? []).filter((command) => !commands.includes(command));
  const attempt = (work: Promise<unknown>): void => {
    work.then(
      () => {
        setProblem(undefined);
        onChanged();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };
  return (
    <Row
      title={<SafeText text={nodeName(node)} max={MAX_NAME} />}
      detail={
        <SafeText
          text={[
            ...(platform ? [platform] : []),
            ...(version ? [t`version ${version}`] : []),
            commands.join(', '),
          ].join(' · ')}
          max={240}
        />
      }
      below={
        <>
          {problem !== undefined && <Failure what={t`That did not work.`} why={problem} />}
          {isNaming && (
            <Rename
              label={t`Name of the node`}
              name={nodeName(node)}
              max={MAX_NAME}
              onRename={(name) => {
                setNaming(false);
                attempt(call('node.rename', { nodeId, displayName: name }));
              }}
              onCancel={() => setNaming(false)}
            />
          )}
          {pendingRequestId !== undefined && (
            <div className={css['asks']} data-testid="node-asks">
              <p>
                <Trans>
                  It asks to be able to do more: <SafeText text={wanted.join(', ')} max={300} />
                </Trans>
              </p>
              <Button
                look="primary"
                onClick={() => attempt(call('node.pair.approve', { requestId: pendingRequestId }))}
              >
                <Trans>Allow</Trans>
              </Button>
              <Button onClick={() => attempt(call('node.pair.reject', { requestId: pendingRequestId }))}>
                <Trans>Turn down</Trans>
              </Button>
            </div>
          )}
          {isOpen && (
            <div className={css['details']}>
              <Facts
                facts={[
                  [
                    t`Can do`,
                    <SafeText key="commands" text={commands.join(', ') || t`nothing that is allowed`} max={800} />,
                  ],
                  ...(node.remoteIp
                    ? [[t`Address`, <SafeText key="address" text={node.remoteIp} max={MAX_NAME} />] as const]
                    : []),
                  ...(hostStats
                    ? [
                        [
                          t`Free memory`,
                          t`${byteSize(hostStats.memoryFreeBytes)} of ${byteSize(hostStats.memoryTotalBytes)}`,
                        ] as const,
                      ]
                    : []),
                  [t`Id`, <SafeText key="id" text={nodeId} max={120} />],
                ]}
              />
              {connected && commands.length > 0 && <NodeCall nodeId={nodeId} commands={commands} />}
              <p className={css['buttons']}>
                <Button onClick={() => setNaming(true)}>
                  <Trans>Rename</Trans>
                </Button>
                <Button look="danger" onClick={onRemove}>
                  <Trans>Remove</Trans>
                </Button>
              </p>
            </div>
          )}
        </>
      }
    >
      <Status tone={pendingRequestId === undefined ? (connected ? 'good' : 'off') : 'warn'}>
        {pendingRequestId !== undefined ? t`asks for more` : connected ? t`connected` : t`away`}
      </Status>
      <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Trans>Details</Trans>
      </Button>
    </Row>
  );
}
