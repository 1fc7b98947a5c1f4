import { isPlainObject } from '../../common/plain-object';
import { type DtoClass, describeDtoProblems, findDtoProblems } from '../../common/validation/validate-dto';
import type { OperatorScope } from '../../rpc/scopes';
import {
  BrowserProxyParams,
  CameraClipParams,
  CameraSnapParams,
  CanvasEvalParams,
  CanvasMessagesParams,
  CanvasNavigateParams,
  CanvasPresentParams,
  CanvasPushParams,
  CanvasSnapshotParams,
  DirListParams,
  ExecApprovalsSetParams,
  FileFetchParams,
  FileWriteParams,
  LocationParams,
  NoCommandParams,
  ScreenRecordParams,
  SmsParams,
  SystemNotifyParams,
  SystemRunParams,
  SystemWhichParams,
} from './node-command-params.dto';

interface NodeCommand {
  /** What a client needs to have a node do it. */
  scope: OperatorScope;
  /** All that is passed on. No parameter says that somebody has approved something: the node asks by itself. */
  params: DtoClass;
  /** Of these what OpenClaw's clients send and a node must not obey: they are taken and go no further. */
  dropped?: readonly string[];
}

const PHONE: Readonly<Record<string, NodeCommand>> = {
  'canvas.present': { scope: 'operator.write', params: CanvasPresentParams },
  'canvas.hide': { scope: 'operator.write', params: NoCommandParams },
  'canvas.navigate': { scope: 'operator.write', params: CanvasNavigateParams },
  'canvas.eval': { scope: 'operator.write', params: CanvasEvalParams },
  'canvas.snapshot': { scope: 'operator.write', params: CanvasSnapshotParams },
  'canvas.a2ui.push': { scope: 'operator.write', params: CanvasPushParams },
  'canvas.a2ui.pushJSONL': { scope: 'operator.write', params: CanvasMessagesParams },
  'canvas.a2ui.reset': { scope: 'operator.write', params: NoCommandParams },
  'camera.list': { scope: 'operator.write', params: NoCommandParams },
  'camera.snap': { scope: 'operator.write', params: CameraSnapParams },
  'camera.clip': { scope: 'operator.write', params: CameraClipParams },
  'screen.record': { scope: 'operator.write', params: ScreenRecordParams },
  'location.get': { scope: 'operator.write', params: LocationParams },
};
const MESSAGES: Readonly<Record<string, NodeCommand>> = {
  'sms.send': { scope: 'operator.admin', params: SmsParams },
};
const SYSTEM: Readonly<Record<string, NodeCommand>> = {
  // Who may allow commands may run them.
  'system.run': { scope: 'operator.approvals', params: SystemRunParams, dropped: ['rawCommand'] },
  'system.which': { scope: 'operator.write', params: SystemWhichParams },
  'system.notify': { scope: 'operator.write', params: SystemNotifyParams },
  'system.execApprovals.get': { scope: 'operator.admin', params: NoCommandParams },
  'system.execApprovals.set': { scope: 'operator.admin', params: ExecApprovalsSetParams },
  'browser.proxy': { scope: 'operator.admin', params: BrowserProxyParams },
};
/** Asked for only where `gateway.nodes.allowCommands` names them: a node of others may show any file it has. */
const FILES: Readonly<Record<string, NodeCommand>> = {
  'dir.list': { scope: 'operator.admin', params: DirListParams },
  'file.fetch': { scope: 'operator.admin', params: FileFetchParams },
  'file.write': { scope: 'operator.admin', params: FileWriteParams },
};
const COMMANDS: ReadonlyMap<string, NodeCommand> = new Map(
  Object.entries({ ...PHONE, ...MESSAGES, ...SYSTEM, ...FILES }),
);

/** Scope for a command; what is not declared here only the owner may ask for. */
export const commandScope = (command: string): OperatorScope => COMMANDS.get(command)?.scope ?? 'operator.admin';

/** Scope to let in a node that offers a command. One that is not declared here can be asked for by none but the owner. */
export const scopeToAdmit = (command: string): OperatorScope => COMMANDS.get(command)?.scope ?? 'operator.write';

/** Whether a command still makes sense minutes later, when the app of a phone is looked at again. */
export const canWait = (command: string): boolean =>
  ['canvas.present', 'canvas.hide', 'canvas.navigate'].includes(command);

/** What is wrong with parameters before they are passed on; undefined when they may be. */
export function paramsFault(command: string, params: unknown): string | undefined {
  const declared = COMMANDS.get(command);
  if (!declared) {
    const key = approvalKeyIn(params);
    return key === undefined ? undefined : `"${key}" can't be passed on: a node asks for approval by itself`;
  }
  const problems = findDtoProblems(declared.params, params ?? {});
  return problems.length > 0 ? describeDtoProblems(problems) : undefined;
}

/** What of the parameters is passed on. */
export function passedOn(command: string, params: unknown): unknown {
  const dropped = COMMANDS.get(command)?.dropped;
  if (!dropped || !isPlainObject(params)) return params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => !dropped.includes(name)));
}

function approvalKeyIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(approvalKeyIn).find((key) => key !== undefined);
  if (!isPlainObject(value)) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = key.toLowerCase().includes('approv') ? key : approvalKeyIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Commands that a node of a platform may be asked for. */
export function allowedCommands(
  platform: string,
  rules: { allowCommands?: string[]; denyCommands?: string[] } = {},
): ReadonlySet<string> {
  const name = platform.toLowerCase();
  const base = /^(ios|ipados)/.test(name)
    ? [PHONE]
    : name.startsWith('android')
      ? [PHONE, MESSAGES]
      : /^(macos|darwin)/.test(name)
        ? [PHONE, SYSTEM]
        : /^(linux|win)/.test(name)
          ? [SYSTEM]
          : [PHONE, MESSAGES, SYSTEM];
  const allowed = new Set([...base.flatMap(Object.keys), ...(rules.allowCommands ?? [])]);
  for (const command of rules.denyCommands ?? []) allowed.delete(command);
  return allowed;
}
