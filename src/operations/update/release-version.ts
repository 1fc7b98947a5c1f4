/** A release's number: three parts and what comes before the release itself, such as `beta.2`. */
export interface ReleaseVersion {
  parts: readonly [number, number, number];
  pre?: string;
}

const TAG = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$/;

/** Undefined where a tag is no version. */
export function parseVersion(tag: string): ReleaseVersion | undefined {
  const match = TAG.exec(tag);
  if (!match) return undefined;
  const [, major, minor, patch, pre] = match;
  return { parts: [Number(major), Number(minor), Number(patch)], ...(pre === undefined ? {} : { pre }) };
}

/** Order of Semantic Versioning 2.0.0, section 11. */
export function compareVersions(a: ReleaseVersion, b: ReleaseVersion): number {
  for (let index = 0; index < 3; index++) {
    const difference = (a.parts[index] ?? 0) - (b.parts[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.pre === undefined || b.pre === undefined) return Number(a.pre === undefined) - Number(b.pre === undefined);
  const [left, right] = [a.pre.split('.'), b.pre.split('.')];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [mine, other] = [left[index], right[index]];
    if (mine === undefined || other === undefined) return mine === undefined ? -1 : 1;
    if (mine === other) continue;
    const areNumbers = [/^\d+$/.test(mine), /^\d+$/.test(other)];
    if (areNumbers[0] && areNumbers[1]) return Number(mine) - Number(other);
    if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] ? -1 : 1;
    return mine < other ? -1 : 1;
  }
  return 0;
}
