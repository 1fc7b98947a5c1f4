import { t } from '@lingui/core/macro';
import { Page } from '../../kit/page';
import { usePlace } from '../../kit/place';
import { Sections, sectionOf } from '../../kit/sections';
import { HistoryCard } from './history';
import { PolicyCards } from './policy';
import { RulesCards } from './rules';
import { WaitingCard } from './waiting';
import { WhatIfCard } from './what-if';

const SECTIONS = {
  get decisions() {
    return t`Decisions`;
  },
  get rules() {
    return t`Rules`;
  },
  get policy() {
    return t`Policy`;
  },
  get whatif() {
    return t`What if`;
  },
} as const;

/** What the assistant does unasked, what it asks for, and what came of it. */
export default function PermissionsView() {
  const { query } = usePlace();
  const current = sectionOf(query, SECTIONS);
  return (
    <Page
      title={t`What it may do`}
      lead={t`What the assistant may do without asking, what needs approval, and what you have answered.`}
    >
      <Sections label={t`Parts of what it may do`} view="permissions" current={current} sections={SECTIONS} />
      {current === 'decisions' && (
        <>
          <WaitingCard />
          <HistoryCard />
        </>
      )}
      {current === 'rules' && <RulesCards />}
      {current === 'policy' && <PolicyCards />}
      {current === 'whatif' && <WhatIfCard />}
    </Page>
  );
}
