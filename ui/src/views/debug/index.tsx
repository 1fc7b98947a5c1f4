import { t } from '@lingui/core/macro';
import { Page } from '../../kit/page';
import { CallCard } from './call-card';
import { EventsCard } from './events-card';
import { FactsCards } from './facts-cards';

/** The gateway from the inside: facts, events as they come, and calls by hand. */
export default function DebugView() {
  return (
    <Page title={t`Debug`} lead={t`The gateway from the inside.`}>
      <FactsCards />
      <CallCard />
      <EventsCard />
    </Page>
  );
}
