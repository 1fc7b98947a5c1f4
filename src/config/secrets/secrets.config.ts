import { Bool, Int, MapOf, Nested, Obj, OneOf, Opt, StrList, Text } from '../../common/validation/fields';
import { Keys } from '../../common/validation/keys';

export const SECRET_SOURCES = ['env', 'file', 'exec', 'store'] as const;
export type SecretSource = (typeof SECRET_SOURCES)[number];

/** One entry of `secrets.providers`: where objects such as `{ source: "file", provider: "vault", id: "/key" }` find values. */
@Keys<SecretProviderConfig>({
  source:
    'Kind of place: "env" (environment), "file", "exec" (a program), or "store" (the secret store of this gateway).',
  allowlist: 'Of the environment: names that may be read; all without it.',
  path: 'Of a file: where it is. It must be private to this account, and neither a link nor linked.',
  mode: [
    'Of a file: "json" (ids are JSON pointers such as /providers/openai/key), or "singleValue" (the id is "value").',
    'json',
  ],
  maxBytes: ['Of a file: largest size, in bytes.', 1_048_576],
  command: 'Of a program: absolute path. It must not be a link, nor can others be able to write it.',
  args: 'Of a program: arguments.',
  env: 'Of a program: environment variables that it is given.',
  passEnv: 'Of a program: names of variables of the gateway that it is given.',
  trustedDirs: 'Of a program: folders that it must lie in; any without it.',
  jsonOnly: ['Of a program: with false, its whole output is the value where a single one is asked for.', true],
  timeoutMs: ['Of a program: longest time, in milliseconds.', 5000],
  maxOutputBytes: ['Of a program: most bytes of output.', 1_048_576],
})
export class SecretProviderConfig {
  @OneOf(SECRET_SOURCES) source!: SecretSource;
  @Opt() @StrList() allowlist?: string[];
  @Opt() @Text() path?: string;
  @Opt() @OneOf(['json', 'singleValue']) mode?: 'json' | 'singleValue';
  @Opt() @Int({ min: 1, max: 16_777_216 }) maxBytes?: number;
  @Opt() @Text() command?: string;
  @Opt() @StrList() args?: string[];
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @StrList() passEnv?: string[];
  @Opt() @StrList() trustedDirs?: string[];
  @Opt() @Bool() jsonOnly?: boolean;
  @Opt() @Int({ min: 1, max: 60_000 }) timeoutMs?: number;
  @Opt() @Int({ min: 1, max: 16_777_216 }) maxOutputBytes?: number;
}

@Keys<SecretDefaultsConfig>({
  env: ['Provider of "env" that is meant where an object names none.', 'default'],
  file: 'Provider of "file" that is meant where an object names none.',
  exec: 'Provider of "exec" that is meant where an object names none.',
  store: ['Provider of "store" that is meant where an object names none.', 'default'],
})
class SecretDefaultsConfig {
  @Opt() @Text() env?: string;
  @Opt() @Text() file?: string;
  @Opt() @Text() exec?: string;
  @Opt() @Text() store?: string;
}

/** Section `secrets`. */
@Keys<SecretsConfig>({
  providers: 'Places that hold secrets, by name.',
  defaults: 'Providers that are meant where an object names none, by kind.',
})
export class SecretsConfig {
  @Opt() @MapOf(() => SecretProviderConfig) providers?: Record<string, SecretProviderConfig>;
  @Opt() @Nested(() => SecretDefaultsConfig) defaults?: SecretDefaultsConfig;
}
