import { ownName } from '../../gateway/page-place';

const NAME = ownName('openclaw.single-keys');
const OFF = 'off';

/** Whether keys without Ctrl lead somewhere; voice control and slips of the hand can make them a nuisance. */
export const singleKeys = {
  areOn: (): boolean => localStorage.getItem(NAME) !== OFF,

  set(areOn: boolean): void {
    if (areOn) localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, OFF);
  },
};
