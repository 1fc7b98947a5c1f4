import { posix } from 'node:path';
import { attribute, decode, named } from './office-xml';

/** A part of the file as text; empty where it is not there. */
export type ReadPart = (name: string) => Promise<string>;

export interface Relation {
  id: string;
  /** The last word of its type, such as `slide` or `footnotes`. */
  type: string;
  /** A part by its path, or an address outside. */
  target: string;
  isOutside: boolean;
}

/** What a part of an Office file refers to. @param part '' for the file itself */
export async function relationsOf(part: string, read: ReadPart): Promise<Relation[]> {
  const folder = posix.dirname(part);
  const rels = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  return named(await read(rels), 'Relationship').map(({ attributes }) => {
    const value = (name: string): string => decode(attribute(attributes, name) ?? '');
    const isOutside = value('TargetMode') === 'External';
    const target = value('Target');
    return {
      id: value('Id'),
      type: posix.basename(value('Type')),
      target: isOutside ? target : posix.join('/', target.startsWith('/') ? '' : folder, target).slice(1),
      isOutside,
    };
  });
}
