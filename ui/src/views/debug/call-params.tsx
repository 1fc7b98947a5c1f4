import { t } from '@lingui/core/macro';
import { Table } from '../../kit/table';
import { SafeText } from '../../text/safe-text';

interface Property {
  type?: string | string[];
  enum?: unknown[];
  description?: string;
}

interface Schema {
  properties?: Record<string, Property>;
  required?: string[];
}

const MAX_TEXT = 160;

/** What a method takes: names, types, and what each is for. */
export function CallParams({ schema }: { schema: Schema }) {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {})
    .map(([name, property]) => ({ name, property, isNeeded: required.has(name) }))
    .sort((a, b) => Number(b.isNeeded) - Number(a.isNeeded));
  if (rows.length === 0) return null;
  return (
    <Table
      caption={t`Parameters`}
      rows={rows}
      keyOf={({ name }) => name}
      columns={[
        { title: t`Parameter`, cell: ({ name, isNeeded }) => (isNeeded ? <strong>{name}</strong> : name) },
        { title: t`Takes`, cell: ({ property }) => <SafeText text={typeOf(property)} max={MAX_TEXT} /> },
        { title: t`Needed`, cell: ({ isNeeded }) => (isNeeded ? t`yes` : t`no`) },
        { title: t`What for`, cell: ({ property }) => <SafeText text={property.description ?? ''} max={MAX_TEXT} /> },
      ]}
    />
  );
}

const typeOf = ({ type, enum: values }: Property): string =>
  values
    ? values.map((value) => JSON.stringify(value)).join(' | ')
    : type === undefined
      ? 'anything'
      : [type].flat().join(' | ');

/** The least that a method takes, to be filled in. */
export function templateOf({ properties = {}, required = [] }: Schema): string {
  const least = required.map((name) => [name, emptyOf(properties[name] ?? {})]);
  return JSON.stringify(Object.fromEntries(least), null, 2);
}

function emptyOf({ type, enum: values }: Property): unknown {
  if (values) return values[0];
  const [first] = [type].flat();
  if (first === 'array') return [];
  if (first === 'object') return {};
  if (first === 'boolean') return false;
  return first === 'integer' || first === 'number' ? 0 : '';
}
