import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { NoParams } from '../../rpc/no-params.dto';
import { invalidRequest, unavailable } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { ExecApprovalsSetParams } from './approval.dto';
import { type ApprovalsFile, ExecApprovalsFile, rulesInWords } from './exec-approvals-file';

interface ShownFile {
  path: string;
  exists: boolean;
  hash: string | null;
  /** The token of a program that listens is left out. */
  file: ApprovalsFile;
  /** Each rule of each list in words, in the order of the list. */
  rules: Record<string, string[]>;
  warnings: string[];
}

/** The rules of the owner: what runs on the machine without a question. */
@Injectable()
export class ExecApprovalsRpc {
  constructor(private readonly rules: ExecApprovalsFile) {}

  @RpcMethod({
    name: 'exec.approvals.get',
    scope: 'operator.admin',
    params: NoParams,
    summary: 'Who may run what on the machine without being asked.',
  })
  get(): ShownFile {
    return this.shown();
  }

  @RpcMethod({
    name: 'exec.approvals.set',
    scope: 'operator.admin',
    params: ExecApprovalsSetParams,
    summary: 'Replaces these rules. Whoever does has read them: baseHash says which.',
  })
  set({ file, baseHash }: ExecApprovalsSetParams): ShownFile {
    if (file['version'] !== 1)
      throw invalidRequest(
        `invalid exec.approvals.set params: file.version must be 1, got ${JSON.stringify(file['version'])}`,
      );
    const stored = this.rules.hash();
    if (stored !== null && baseHash === undefined)
      throw invalidRequest('exec approvals base hash required; call exec.approvals.get and send its hash as baseHash');
    try {
      this.rules.replace(this.withStoredToken(file as ApprovalsFile), baseHash ?? null);
    } catch (error) {
      if (error instanceof OpenclawError)
        throw invalidRequest(error.message, { details: { code: error.code, ...error.details } });
      throw error;
    }
    return this.shown();
  }

  private shown(): ShownFile {
    const hash = this.rules.hash();
    const file = this.read();
    return {
      path: this.rules.path,
      exists: hash !== null,
      hash,
      file: withoutToken(file),
      rules: rulesInWords(file),
      warnings: this.rules.warnings(),
    };
  }

  private read(): ApprovalsFile {
    try {
      return this.rules.read();
    } catch (error) {
      if (error instanceof OpenclawError) throw unavailable(error.message);
      throw error;
    }
  }

  /** What was left out when it was shown stays as it is. */
  private withStoredToken(file: ApprovalsFile): ApprovalsFile {
    const { socket: stored } = this.read();
    const { socket } = file;
    if (!isPlainObject(stored) || !isPlainObject(socket) || socket['token'] !== undefined) return file;
    return { ...file, socket: { ...socket, ...(stored['token'] === undefined ? {} : { token: stored['token'] }) } };
  }
}

function withoutToken(file: ApprovalsFile): ApprovalsFile {
  const { socket, ...rest } = file;
  if (!isPlainObject(socket)) return file;
  const { token: _, ...shown } = socket;
  return { ...rest, socket: shown };
}
