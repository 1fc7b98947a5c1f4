import { Page } from '../../kit/page';
import { usePlace } from '../../kit/place';
import { Sections, sectionOf } from '../../kit/sections';
import { HistoryCard } from './history';
import { PolicyCards } from './policy';
import { RulesCards } from './rules';
import { WaitingCard } from './waiting';
import { WhatIfCard } from './what-if';

const SECTIONS = {
  decisions: 'Decisions',
  rules: 'Rules',
  policy: 'Policy',
  whatif: 'What if',
} as const;

/** What the assistant does unasked, what it asks for, and what came of it. */
export default function PermissionsView() {
  const { query } = usePlace();
  const current = sectionOf(query, SECTIONS);
  return (
    <Page
      title="What it may do"
      lead="What the assistant may do without asking, what needs approval, and what you have answered."
    >
      <Sections label="Parts of what it may do" view="permissions" current={current} sections={SECTIONS} />
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
