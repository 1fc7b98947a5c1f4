import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon } from './icon';
import type { IconName } from './icon-paths';
import { classes } from './classes';
import css from './button.module.css';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** The one thing that most people come for is `primary`; `danger` harms; `quiet` has no frame. */
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: IconName;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = 'plain', icon, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes(css['button'], css[look], children === undefined && css['round'], className)}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
