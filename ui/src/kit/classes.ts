/** Names of classes as one, without those that don't hold. */
export const classes = (...names: (string | false | undefined)[]): string => names.filter(Boolean).join(' ');
