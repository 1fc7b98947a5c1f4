import { t } from '@lingui/core/macro';
import type { SystemFacts } from '__src__/operations/diagnostics/system-facts';
import { useLive } from '__ui__/src/gateway/use-live';
import { Card, Facts, Page } from '__ui__/src/kit/page';
import { Failure, Skeleton } from '__ui__/src/kit/states';
import { roughly } from '__ui__/src/kit/time';

/** What the gateway says about itself: put what the view is for in its place. */
export default function __Name__View() {
  const { data, error, refresh } = useLive<SystemFacts>(['system.facts'], { events: ['health'] });
  return (
    <Page title={t`__title__`}>
      {error !== undefined && <Failure what={t`The facts could not be read.`} why={error} onRetry={refresh} />}
      {!data && error === undefined && <Skeleton lines={3} />}
      {data && (
        <Card title={t`Gateway`} testId="__name__-facts">
          <Facts
            facts={[
              [t`Version`, data.version],
              [t`Up for`, roughly(data.uptimeMs)],
            ]}
          />
        </Card>
      )}
    </Page>
  );
}
