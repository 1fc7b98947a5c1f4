/** A sentence of the policy, with the setting that it follows from. */
export interface PolicyLine {
  kind: 'free' | 'asked' | 'never';
  text: string;
  /** Where it is set: a key of the configuration or of `exec-approvals.json`; none where it can't be changed. */
  setting?: string;
  value?: string;
  /** `own` was set by the owner, `default` was not set at all, `fixed` can't be. */
  from: 'own' | 'default' | 'fixed';
}
