import {
  Any,
  AnyList,
  Bool,
  Int,
  Nested,
  Num,
  Obj,
  OneOf,
  Opt,
  Str,
  StrList,
  Text,
} from '../../common/validation/fields';

export class NoCommandParams {}

class CanvasPlacement {
  @Opt() @Num() x?: number;
  @Opt() @Num() y?: number;
  @Opt() @Num({ min: 1 }) width?: number;
  @Opt() @Num({ min: 1 }) height?: number;
}

export class CanvasPresentParams {
  @Opt() @Text() url?: string;
  @Opt() @Nested(() => CanvasPlacement) placement?: CanvasPlacement;
}

export class CanvasNavigateParams {
  @Text() url!: string;
}

export class CanvasEvalParams {
  @Text() javaScript!: string;
}

export class CanvasSnapshotParams {
  @Opt() @OneOf(['png', 'jpeg', 'jpg']) format?: string;
  @Opt() @Int({ min: 1 }) maxWidth?: number;
  @Opt() @Num({ min: 0, max: 1 }) quality?: number;
  @Opt() @Int({ min: 0 }) delayMs?: number;
}

export class CanvasPushParams {
  @AnyList() messages!: unknown[];
}

export class CanvasMessagesParams {
  @Text() jsonl!: string;
}

export class CameraSnapParams {
  @Opt() @OneOf(['front', 'back', 'both']) facing?: string;
  @Opt() @Int({ min: 1 }) maxWidth?: number;
  @Opt() @Num({ min: 0, max: 1 }) quality?: number;
  @Opt() @Text() format?: string;
  @Opt() @Int({ min: 0 }) delayMs?: number;
  @Opt() @Text() deviceId?: string;
}

export class CameraClipParams {
  @Opt() @OneOf(['front', 'back']) facing?: string;
  @Opt() @Int({ min: 1 }) durationMs?: number;
  @Opt() @Bool() includeAudio?: boolean;
  @Opt() @Text() format?: string;
  @Opt() @Text() deviceId?: string;
}

export class ScreenRecordParams {
  @Opt() @Int({ min: 1 }) durationMs?: number;
  @Opt() @Int({ min: 0 }) screenIndex?: number;
  @Opt() @Num({ min: 1 }) fps?: number;
  @Opt() @Text() format?: string;
  @Opt() @Bool() includeAudio?: boolean;
}

export class LocationParams {
  @Opt() @Int({ min: 0 }) maxAgeMs?: number;
  @Opt() @Text() desiredAccuracy?: string;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
}

export class SmsParams {
  @Text() to!: string;
  @Text() message!: string;
}

export class SystemRunParams {
  @StrList({ min: 1 }) command!: string[];
  /** The same as a line, for people. What is shown and what runs is `command`: this one is not passed on. */
  @Opt() @Str() rawCommand?: string;
  @Opt() @Text() cwd?: string;
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
  @Opt() @Bool() needsScreenRecording?: boolean;
}

export class SystemWhichParams {
  @StrList() bins!: string[];
}

export class SystemNotifyParams {
  @Opt() @Str() title?: string;
  @Opt() @Str() body?: string;
  @Opt() @Text() sound?: string;
  @Opt() @Text() priority?: string;
  @Opt() @Text() delivery?: string;
}

export class ExecApprovalsSetParams {
  @Obj() file!: Record<string, unknown>;
  @Opt() @Text() baseHash?: string;
}

export class BrowserProxyParams {
  @Opt() @Text() method?: string;
  @Text() path!: string;
  @Opt() @Obj() query?: Record<string, unknown>;
  @Opt() @Any() body?: unknown;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
  @Opt() @Text() profile?: string;
}

export class DirListParams {
  @Text({ max: 4096 }) path!: string;
  @Opt() @Int({ min: 1, max: 5000 }) maxEntries?: number;
}

export class FileFetchParams {
  @Text({ max: 4096 }) path!: string;
  @Opt() @Int({ min: 1, max: 16_777_216 }) maxBytes?: number;
}

export class FileWriteParams {
  @Text({ max: 4096 }) path!: string;
  @Str({ max: 23_000_000 }) contentBase64!: string;
  @Opt() @Bool() overwrite?: boolean;
  @Opt() @Bool() createParents?: boolean;
  @Opt() @Text({ max: 64 }) expectedSha256?: string;
}
