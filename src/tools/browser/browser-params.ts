import { Bool, Doc, Int, Nested, NestedList, OneOf, Opt, Str, StrList, Text } from '../../common/validation/fields';
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
  @Text() ref!: string;
  @Str() value!: string;
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
  @OneOf(ACT_KINDS) kind!: (typeof ACT_KINDS)[number];
  @Opt() @Text() ref?: string;
  @Opt() @Bool() doubleClick?: boolean;
  @Opt() @OneOf(['left', 'right', 'middle']) button?: 'left' | 'right' | 'middle';
  @Opt() @StrList({ max: 4 }) modifiers?: string[];
  @Opt() @Str({ max: 20_000 }) text?: string;
  @Opt() @Bool() @Doc('type: press Enter afterwards.') submit?: boolean;
  @Opt() @Bool() @Doc('type: key by key.') slowly?: boolean;
  @Opt() @Text() @Doc('press: key such as Enter or Control+A.') key?: string;
  @Opt() @Text() startRef?: string;
  @Opt() @Text() endRef?: string;
  @Opt() @StrList({ max: 50 }) values?: string[];
  @Opt() @NestedList(() => FillField, { max: 50 }) fields?: FillField[];
  @Opt() @Int({ min: 200, max: 4000 }) width?: number;
  @Opt() @Int({ min: 200, max: 4000 }) height?: number;
  @Opt() @Int({ min: 0, max: 60_000 }) timeMs?: number;
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
  @OneOf(BROWSER_ACTIONS) action!: (typeof BROWSER_ACTIONS)[number];
  @Opt() @OneOf(['sandbox', 'host', 'node']) target?: 'sandbox' | 'host' | 'node';
  @Opt() @Text() node?: string;
  @Opt() @Text() profile?: string;
  @Opt() @Text() @Doc('Tab; the active one by default.') targetId?: string;
  @Opt() @Text({ max: 4000 }) @Doc('open, navigate: address.') targetUrl?: string;
  @Opt() @Int({ min: 100, max: 120_000 }) timeoutMs?: number;
  @Opt() @OneOf(['ai', 'aria']) snapshotFormat?: 'ai' | 'aria';
  @Opt() @OneOf(['efficient']) @Doc('snapshot: shorter.') mode?: 'efficient';
  @Opt() @OneOf(['role', 'aria']) refs?: 'role' | 'aria';
  @Opt() @Bool() @Doc('snapshot: only what can be used.') interactive?: boolean;
  @Opt() @Bool() compact?: boolean;
  @Opt() @Int({ min: 1, max: 50 }) depth?: number;
  @Opt() @Text() selector?: string;
  @Opt() @Text() frame?: string;
  @Opt() @Bool() labels?: boolean;
  @Opt() @Int({ min: 1 }) limit?: number;
  @Opt() @Int({ min: 100, max: 200_000 }) maxChars?: number;
  @Opt() @Bool() fullPage?: boolean;
  @Opt() @Text() ref?: string;
  @Opt() @Text() element?: string;
  @Opt() @OneOf(['png', 'jpeg']) type?: 'png' | 'jpeg';
  @Opt() @StrList({ max: 20 }) @Doc('upload: files of the workspace.') paths?: string[];
  @Opt() @Text() inputRef?: string;
  @Opt() @Bool() accept?: boolean;
  @Opt() @Str() promptText?: string;
  @Opt() @Nested(() => ActRequest) @Doc('act: what to do.') request?: ActRequest;
}
