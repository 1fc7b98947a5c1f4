import { plural, t } from '@lingui/core/macro';
import { useApprovals } from '../../gateway/approvals';
import { usePairing } from '../../gateway/pairing';
import { Columns, Page } from '../../kit/page';
import { HealthCard } from './health-card';
import { BootCard } from './boot-card';
import { JobsCard } from './jobs-card';
import { NeedsYouCard } from './needs-you-card';
import { SpentCard } from './spent-card';
import css from './home.module.css';

/** Whether something needs a person, whether all is well, and what it cost. */
export default function HomeView() {
  const approvals = useApprovals();
  const { requests, loaded } = usePairing();
  const count = approvals.waiting.length + requests.length;
  return (
    <Page
      title={greeting()}
      lead={
        count > 0
          ? plural(count, { one: '# thing waits for you.', other: '# things wait for you.' })
          : loaded && approvals.isKnown && t`Nothing waits for you.`
      }
    >
      <Columns>
        <div className={css['stack']}>
          <NeedsYouCard approvals={approvals} requests={requests} isKnown={loaded} />
          <HealthCard />
        </div>
        <div className={css['stack']}>
          <SpentCard />
          <JobsCard />
          <BootCard />
        </div>
      </Columns>
    </Page>
  );
}

function greeting(): string {
  const hour = new Date().getHours();
  return hour < 5 ? t`Good night` : hour < 12 ? t`Good morning` : hour < 18 ? t`Good afternoon` : t`Good evening`;
}
