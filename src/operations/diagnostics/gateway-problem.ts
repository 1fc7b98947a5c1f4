/** Something that does not work in the gateway that runs. */
export interface GatewayProblem {
  /** `disk`, `storage`, `config`, `model`, `channel`, `plugin`, `runs` … */
  area: string;
  /** `area.fault`; stable. An earlier release tells none. */
  code?: string;
  /** A note is worth knowing and needs nobody at once. */
  level: 'problem' | 'note';
  message: string;
  /** A command, or what to change. */
  fix?: string;
}
