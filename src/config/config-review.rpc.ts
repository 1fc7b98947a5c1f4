import { Injectable } from '@nestjs/common';
import JSON5 from 'json5';
import { messageOf } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import { type RpcContext, nameOf } from '../rpc/rpc-context';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { ConfigError, type ConfigIssue } from './config-error';
import { parseConfigPath } from './config-path';
import { ConfigHistory } from './config-history';
import { refusals } from './config-refusal';
import { type ReviewedChange, changesBetween, diffOfEntry, diffOfReadings, withoutSecrets } from './config-review';
import {
  ConfigHistoryGetParams,
  ConfigHistoryParams,
  ConfigRestoreParams,
  ConfigSchemaLookupParams,
  ConfigValidateParams,
} from './config.dto';
import { ConfigService } from './config.service';
import { Json5Document } from './json5-document';
import { mergePatch } from './merge-patch';
import { type SchemaNode, schemaNodeAt } from './schema-node';

const DEFAULT_ENTRIES = 50;

interface LocatedIssue extends ConfigIssue {
  line?: number;
}

interface Verdict {
  valid: boolean;
  /** Of the file that the verdict was made against. */
  hash: string | null;
  /** With the line in `raw`, from 1, where there is one. */
  issues: readonly LocatedIssue[];
  warnings: readonly ConfigIssue[];
  legacyIssues: readonly ConfigIssue[];
  /** Empty while there are issues. */
  changes: ReviewedChange[];
  diff: string;
}

interface ShownEntry {
  number: number;
  savedAt: string;
  bytes: number;
  hash: string;
  /** Who wrote it, where that is known. */
  by?: string;
  /** Whether this is what the file holds now. */
  current: boolean;
}

/** Looking at a change of the configuration before it is made, and at those that were. */
@Injectable()
export class ConfigReviewRpc {
  private readonly history: ConfigHistory;

  constructor(private readonly config: ConfigService) {
    this.history = new ConfigHistory(config.path);
  }

  @RpcMethod({
    name: 'config.validate',
    scope: 'operator.admin',
    params: ConfigValidateParams,
    summary:
      'Checks a whole file or a patch without writing it: issues by path, and what would change, with what each change takes (nothing, hot, restart). Secrets are replaced; those sent as the redaction mark count as the stored ones.',
  })
  validate({ raw, patch }: ConfigValidateParams): Verdict {
    if ((raw === undefined) === (patch === undefined))
      throw invalidRequest('invalid config.validate params: one of raw and patch is needed');
    const hash = this.config.peek().hash ?? null;
    try {
      const { now, next } = this.config.draft(
        raw === undefined
          ? { edits: mergePatch(this.config.peek().parsed, objectIn(patch ?? '', 'patch')) }
          : { text: textOfObject(raw) },
      );
      const { issues, warnings, legacyIssues } = next;
      const isReadable = issues.length === 0;
      return {
        valid: isReadable,
        hash,
        issues: raw === undefined ? issues : withLines(issues, raw),
        warnings,
        legacyIssues,
        changes: isReadable && now.issues.length === 0 ? changesBetween(now, next, this.config.started) : [],
        diff: diffOfReadings(now, next),
      };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const issue = { path: '', message: error.message };
      return {
        valid: false,
        hash,
        issues: withLines([issue], raw ?? ''),
        warnings: [],
        legacyIssues: [],
        changes: [],
        diff: '',
      };
    }
  }

  @RpcMethod({
    name: 'config.history',
    scope: 'operator.admin',
    params: ConfigHistoryParams,
    summary: 'Contents that the configuration file has had, newest first.',
  })
  list({ limit = DEFAULT_ENTRIES }: ConfigHistoryParams): { entries: ShownEntry[]; total: number } {
    const entries = this.history.list();
    const { hash: present } = this.config.peek();
    return {
      entries: entries
        .slice(-limit)
        .reverse()
        .map(({ file: _, ...entry }) => ({ ...entry, current: entry.hash === present })),
      total: entries.length,
    };
  }

  @RpcMethod({
    name: 'config.history.get',
    scope: 'operator.admin',
    params: ConfigHistoryGetParams,
    summary: 'One of these contents without secrets, and what it changed against the one before it.',
  })
  entry({ number }: ConfigHistoryGetParams): { number: number; savedAt: string; raw: string; diff: string } {
    const entries = this.history.list();
    const index = entries.findIndex((entry) => entry.number === number);
    const found = entries[index];
    if (!found) throw unknownEntry(number);
    const raw = withoutSecrets(this.history.read(number), this.config.peek().secrets);
    return { number, savedAt: found.savedAt, raw, diff: diffOfEntry(this.history, entries, index) };
  }

  @RpcMethod({
    name: 'config.restore',
    scope: 'operator.admin',
    params: ConfigRestoreParams,
    summary: 'Brings one of these contents back; what it replaces is kept in the history as well.',
  })
  async restore({ number, baseHash }: ConfigRestoreParams, { caller }: RpcContext): Promise<unknown> {
    if (!this.history.list().some((entry) => entry.number === number)) throw unknownEntry(number);
    const now = this.config.peek();
    const next = await refusals(
      () => this.config.replace(this.history.read(number), { baseHash, by: nameOf(caller) }),
      'that content is not valid any more',
    );
    return {
      ok: true,
      path: next.path,
      hash: next.hash,
      warnings: next.warnings,
      changes: now.issues.length === 0 ? changesBetween(now, next, this.config.started) : [],
    };
  }

  @RpcMethod({
    name: 'config.schema.lookup',
    scope: 'operator.admin',
    scopeV4: 'operator.read',
    params: ConfigSchemaLookupParams,
    summary: 'The schema at one path of the configuration, and what stands directly below it.',
  })
  lookup({ path }: ConfigSchemaLookupParams): SchemaNode {
    const node = schemaNodeAt(path);
    if (!node)
      throw invalidRequest(`config schema path not found: ${path}; config.schema.lookup with "" shows the top`);
    return node;
  }
}

/** Issues of a text with the line, from 1, that each is about, where that is known. */
function withLines(issues: readonly ConfigIssue[], text: string): LocatedIssue[] {
  return issues.map((issue) => {
    const told = / at (\d+):\d+$/.exec(issue.message)?.[1];
    const line = told === undefined ? lineIn(text, issue.path) : Number(told);
    return { ...issue, ...(line === undefined ? {} : { line }) };
  });
}

function lineIn(text: string, path: string): number | undefined {
  try {
    return new Json5Document(text).lineOf(parseConfigPath(path));
  } catch {
    // Issues of the whole, and of paths in files that are included, have no line here.
    return undefined;
  }
}

const unknownEntry = (number: number): Error =>
  invalidRequest(`there is no history entry ${number}; config.history lists them`, {
    details: { code: 'CONFIG_HISTORY_UNKNOWN' },
  });

function objectIn(text: string, field: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON5.parse(text);
  } catch (error) {
    throw new ConfigError('CONFIG_DRAFT', `${field} is not valid JSON5: ${messageOf(error).replace(/^JSON5: /, '')}`);
  }
  if (!isPlainObject(value)) throw new ConfigError('CONFIG_DRAFT', `${field} must be an object`);
  return value;
}

function textOfObject(text: string): string {
  objectIn(text, 'raw');
  return text;
}
