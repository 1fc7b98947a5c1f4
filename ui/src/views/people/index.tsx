import { plural, t } from '@lingui/core/macro';
import { usePairing } from '../../gateway/pairing';
import { Card, Page } from '../../kit/page';
import { Failure } from '../../kit/states';
import { ChannelsCard } from './channels-card';
import { ListedPeople } from './listed-people';
import { PairedPeople } from './paired-people';
import { PairingCards } from './pairing-cards';

/** Who can write to the assistant, by what, and how that is doing. */
export default function PeopleView() {
  const pairing = usePairing();
  return (
    <Page title={t`People & channels`} lead={t`Who can write to the assistant, and on what.`}>
      {pairing.problem !== undefined && <Failure what={t`That did not work.`} why={pairing.problem} />}
      {pairing.requests.length > 0 && (
        <Card
          title={plural(pairing.requests.length, { one: 'Somebody asks to write', other: '# people ask to write' })}
        >
          <PairingCards {...pairing} />
        </Card>
      )}
      <ChannelsCard />
      <Card title={t`Who may do what`}>
        <PairedPeople {...pairing} />
        <ListedPeople />
      </Card>
    </Page>
  );
}
