/**
 * A permission that the owner had given by the time a job or a sub-agent was made. It has these and no others, each for as
 * long as the rule itself holds.
 */
export type GrantedRule =
  /** An entry of `exec-approvals.json`, in the words in which people read it. */
  | { kind: 'always'; text: string }
  /** What was allowed for a conversation; it ends with that. */
  | { kind: 'session'; approvalId: string; text: string };
