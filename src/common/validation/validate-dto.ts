import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { isPlainObject } from '../plain-object';
import { hasOpenKeys } from './fields';

export interface DtoProblem {
  kind: 'required' | 'unexpected' | 'invalid';
  /** Keys from the root to the offending property. */
  path: string[];
  message: string;
  value: unknown;
}

export type DtoClass<T extends object = object> = new () => T;

/**
 * Checks a plain JSON value against a DTO class. The value itself is never changed.
 * Unknown properties are problems of kind `unexpected`, so that a caller may treat them apart.
 */
export function findDtoProblems(cls: DtoClass, plain: unknown): DtoProblem[] {
  if (!isPlainObject(plain)) {
    return [{ kind: 'invalid', path: [], message: 'must be object', value: plain }];
  }
  const instance = plainToInstance(cls, plain, { exposeUnsetFields: false });
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    validationError: { target: true, value: true },
  });
  const problems: DtoProblem[] = [];
  for (const error of errors) collect(error, [], problems);
  return problems;
}

function collect(error: ValidationError, parents: readonly string[], problems: DtoProblem[]): void {
  const path = [...parents, error.property];
  const constraints = error.constraints ?? {};
  const { whitelistValidation, ...rest } = constraints;
  if (whitelistValidation !== undefined && !(error.target && hasOpenKeys(error.target.constructor))) {
    problems.push({ kind: 'unexpected', path, message: 'unexpected property', value: error.value });
  }
  const messages = Object.values(rest);
  if (messages.length > 0) {
    const value = error.value as unknown;
    problems.push(
      value === undefined
        ? { kind: 'required', path, message: 'required property is missing', value }
        : { kind: 'invalid', path, message: mostTelling(messages), value },
    );
    return;
  }
  for (const child of error.children ?? []) collect(child, path, problems);
}

/** A wrong type makes the other constraints fail as well; the type message says most. */
function mostTelling(messages: readonly string[]): string {
  return (
    messages.find((message) => /^must be (string|integer|number|boolean|array|object)$/.test(message)) ??
    messages[0] ??
    'is invalid'
  );
}

/**
 * The text clients see after `invalid <method> params: `, in the form that OpenClaw clients know.
 */
export function describeDtoProblems(problems: readonly DtoProblem[]): string {
  // What is missing comes first, then what is too much, then what is wrong.
  return [...problems]
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    .map(describeDtoProblem)
    .join('; ');
}

const ORDER: readonly DtoProblem['kind'][] = ['required', 'unexpected', 'invalid'];

function describeDtoProblem(problem: DtoProblem): string {
  const property = problem.path.at(-1) ?? '';
  const parent = problem.path.slice(0, -1);
  switch (problem.kind) {
    case 'required':
      return `${parent.length > 0 ? `at ${pointer(parent)}: ` : ''}must have required property '${property}'`;
    case 'unexpected':
      return `${at(parent)}unexpected property '${property}'`;
    case 'invalid':
      return `${at(problem.path)}${problem.message}`;
  }
}

const at = (path: readonly string[]): string => `at ${path.length === 0 ? 'root' : pointer(path)}: `;

const pointer = (path: readonly string[]): string =>
  path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
