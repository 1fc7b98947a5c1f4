/** An amount of money in US dollars; small ones to a hundredth of a cent. */
export const dollars = (amount: number): string => `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
