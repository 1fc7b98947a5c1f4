export declare function withoutMacros(
  code: string,
  filename: string,
  isFinal: boolean,
): { code: string; map: string } | undefined;
