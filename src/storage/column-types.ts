/** Milliseconds since 1970. */
export type Ms = number;
/** JSON text. */
export type Json = string;
