import { t } from '@lingui/core/macro';
import css from './switch.module.css';

interface SwitchProps {
  label: string;
  isOn: boolean;
  onChange(isOn: boolean): void;
  describedBy?: string;
}

/** On or off, at once. */
export const Switch = ({ label, isOn, onChange, describedBy }: SwitchProps) => (
  <button
    type="button"
    role="switch"
    className={css['switch']}
    aria-checked={isOn}
    aria-label={label}
    aria-describedby={describedBy}
    onClick={() => onChange(!isOn)}
  >
    <i aria-hidden="true" />
    <span>{isOn ? t`on` : t`off`}</span>
  </button>
);
