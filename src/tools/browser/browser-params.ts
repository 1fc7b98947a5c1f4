import {
  Bool,
  Hidden,
  Doc,
  Int,
  Nested,
  NestedList,
  OneOf,
  Opt,
  Str,
  StrList,
  Text,
} from '../../common/validation/fields';
import { Leaves } from '../provenance/sinks';

export const BROWSER_ACTIONS = [
  'status',
  'start',
  'stop',
  'profiles',
  'tabs',
  'open',
  'focus',
  'close',
  'snapshot',
  'screenshot',
  'navigate',
  'console',
  'pdf',
  'upload',
  'dialog',
  'act',
] as const;

export const ACT_KINDS = [
  'click',
  'type',
  'press',
  'hover',
  'drag',
  'select',
  'fill',
  'resize',
  'wait',
  'evaluate',
  'close',
] as const;

@Leaves<FillField>({ ref: 'none', value: 'out' })
export class FillField {
  @Text() @Doc('Field by its ref.') ref!: string;
  @Str() @Doc('What is put in.') value!: string;
}

/** What to do on the page; `ref` is an element of the last snapshot of that tab. */
@Leaves<ActRequest>({
  kind: 'out',
  ref: 'none',
  doubleClick: 'none',
  button: 'none',
  modifiers: 'out',
  text: 'out',
  submit: 'none',
  slowly: 'none',
  key: 'out',
  startRef: 'out',
  endRef: 'out',
  values: 'out',
  fields: 'parts',
  width: 'out',
  height: 'out',
  timeMs: 'none',
  textGone: 'none',
  fn: 'out',
})
export class ActRequest {
  @OneOf(ACT_KINDS) @Doc('What to do.') kind!: (typeof ACT_KINDS)[number];
  @Opt() @Text() @Doc('Element by its ref from a snapshot.') ref?: string;
  @Opt() @Bool() @Doc('click: twice.') doubleClick?: boolean;
  @Opt() @OneOf(['left', 'right', 'middle']) @Doc('click: which button of the mouse.') button?:
    'left' | 'right' | 'middle';
  @Opt() @StrList({ max: 4 }) @Doc('click: keys held meanwhile, such as Shift.') modifiers?: string[];
  @Opt() @Str({ max: 20_000 }) @Doc('type: the text. wait: until it is there.') text?: string;
  @Opt() @Bool() @Doc('type: press Enter afterwards.') submit?: boolean;
  @Opt() @Bool() @Doc('type: key by key.') slowly?: boolean;
  @Opt() @Text() @Doc('press: key such as Enter or Control+A.') key?: string;
  @Opt() @Text() @Doc('drag: from this ref.') startRef?: string;
  @Opt() @Text() @Doc('drag: to this ref.') endRef?: string;
  @Opt() @StrList({ max: 50 }) @Doc('select: options by value or label.') values?: string[];
  @Opt() @NestedList(() => FillField, { max: 50 }) @Doc('fill: several fields at once.') fields?: FillField[];
  @Opt() @Int({ min: 200, max: 4000 }) @Doc('resize: in pixels.') width?: number;
  @Opt() @Int({ min: 200, max: 4000 }) @Doc('resize: in pixels.') height?: number;
  @Opt() @Int({ min: 0, max: 60_000 }) @Doc('wait: milliseconds.') timeMs?: number;
  @Opt() @Text() @Doc('wait: until this text is gone.') textGone?: string;
  @Opt() @Text({ max: 20_000 }) @Doc('evaluate: a JavaScript function.') fn?: string;
}

@Leaves<BrowserParams>({
  action: 'none',
  target: 'none',
  node: 'none',
  profile: 'none',
  targetId: 'none',
  targetUrl: 'fetch',
  timeoutMs: 'none',
  snapshotFormat: 'none',
  mode: 'none',
  refs: 'none',
  interactive: 'none',
  compact: 'none',
  depth: 'none',
  selector: 'none',
  frame: 'none',
  labels: 'none',
  limit: 'none',
  maxChars: 'none',
  fullPage: 'none',
  ref: 'none',
  element: 'none',
  type: 'none',
  paths: 'out',
  inputRef: 'none',
  accept: 'out',
  promptText: 'out',
  request: 'parts',
})
export class BrowserParams {
  @OneOf(BROWSER_ACTIONS)
  @Doc('snapshot shows what is on the page; act uses it; the rest is about tabs, files and dialogs.')
  action!: (typeof BROWSER_ACTIONS)[number];
  @Opt()
  @OneOf(['sandbox', 'host', 'node'])
  @Doc('Which browser: sandbox for what your commands serve on localhost, host for the web; by the address by default.')
  target?: 'sandbox' | 'host' | 'node';
  @Opt() @Text() @Doc('Node, with target node.') node?: string;
  @Opt() @Text() @Doc('Separate cookies and logins by name.') profile?: string;
  @Opt() @Text() @Doc('Tab; the active one by default.') targetId?: string;
  @Opt() @Text({ max: 4000 }) @Doc('open, navigate: address.') targetUrl?: string;
  @Opt() @Int({ min: 100, max: 120_000 }) @Doc('Milliseconds the action may take.') timeoutMs?: number;
  @Opt() @OneOf(['ai', 'aria']) @Doc('ai (default): with refs. aria: the plain tree.') snapshotFormat?: 'ai' | 'aria';
  @Opt() @OneOf(['efficient']) @Doc('snapshot: shorter.') mode?: 'efficient';
  @Opt() @Hidden() @OneOf(['role', 'aria']) refs?: 'role' | 'aria';
  @Opt() @Bool() @Doc('snapshot: only what can be used.') interactive?: boolean;
  @Opt() @Bool() @Doc('snapshot: without empty parts.') compact?: boolean;
  @Opt() @Int({ min: 1, max: 50 }) @Doc('snapshot: levels below the root.') depth?: number;
  @Opt() @Text() @Doc('snapshot: only what this CSS selector finds.') selector?: string;
  @Opt() @Text() @Doc('snapshot: inside the frame that this CSS selector finds.') frame?: string;
  @Opt() @Hidden() @Bool() labels?: boolean;
  @Opt() @Int({ min: 1 }) @Doc('snapshot: most lines.') limit?: number;
  @Opt() @Int({ min: 100, max: 200_000 }) @Doc('snapshot: most characters.') maxChars?: number;
  @Opt() @Bool() @Doc('screenshot: also what is scrolled away.') fullPage?: boolean;
  @Opt() @Text() @Doc('screenshot: one element by its ref.') ref?: string;
  @Opt() @Text() @Doc('screenshot, upload: one element by CSS selector.') element?: string;
  @Opt() @OneOf(['png', 'jpeg']) @Doc('screenshot: kind of picture.') type?: 'png' | 'jpeg';
  @Opt() @StrList({ max: 20 }) @Doc('upload: files of the workspace.') paths?: string[];
  @Opt() @Text() @Doc('upload: ref of the file field.') inputRef?: string;
  @Opt() @Bool() @Doc('dialog: confirm it, or not.') accept?: boolean;
  @Opt() @Str() @Doc('dialog: answer to a question.') promptText?: string;
  @Opt() @Nested(() => ActRequest) @Doc('act: what to do.') request?: ActRequest;
}
