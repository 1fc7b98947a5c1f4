/**
 * The largest number from 0 to `most` for which a test holds that holds for all smaller ones too. It is tried on small
 * numbers first: what is tested costs the more the larger it is, and most of a long text never fits.
 */
export function largestFit(most: number, fits: (count: number) => boolean): number {
  let low = 0;
  let high = Math.min(most, 64);
  while (high < most && fits(high)) {
    low = high;
    high = Math.min(most, high * 2);
  }
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
