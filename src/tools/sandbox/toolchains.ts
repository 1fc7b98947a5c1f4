import { join } from 'node:path';
import { innerPath } from '../../common/paths/path-place';

interface Toolchain {
  /** Below the home folder: where its programs are found. */
  programs: string;
  /** What of it may be read inside; no settings and no keys. */
  needs: readonly string[];
  /** Variables by which it finds itself. */
  variables?: Readonly<Record<string, string>>;
}

/** Languages that people install into their home folder. */
const TOOLCHAINS: readonly Toolchain[] = [
  { programs: '.nvm/versions', needs: ['.nvm/versions'] },
  { programs: '.local/share/fnm', needs: ['.local/share/fnm'] },
  { programs: '.volta/bin', needs: ['.volta/bin', '.volta/tools'], variables: { VOLTA_HOME: '.volta' } },
  { programs: '.bun/bin', needs: ['.bun/bin'] },
  { programs: '.deno/bin', needs: ['.deno/bin'] },
  {
    programs: '.pyenv',
    needs: ['.pyenv/bin', '.pyenv/shims', '.pyenv/versions', '.pyenv/version', '.pyenv/libexec'],
    variables: { PYENV_ROOT: '.pyenv' },
  },
  { programs: '.rbenv', needs: ['.rbenv/bin', '.rbenv/shims', '.rbenv/versions', '.rbenv/version', '.rbenv/libexec'] },
  {
    programs: '.cargo/bin',
    needs: ['.cargo/bin', '.rustup/toolchains', '.rustup/settings.toml'],
    variables: { RUSTUP_HOME: '.rustup' },
  },
  { programs: 'go/bin', needs: ['go/bin'] },
  { programs: '.sdkman/candidates', needs: ['.sdkman/candidates'] },
  { programs: '.local/bin', needs: ['.local/bin', '.local/share/uv', '.local/share/pipx/venvs'] },
];

/** What of the home folder the programs on PATH are made of: folders that may be read, and variables that name them. */
export function toolchainsOn(env: Readonly<Record<string, string>>): {
  readable: string[];
  variables: Record<string, string>;
} {
  const { HOME: home, PATH: path = '' } = env;
  if (home === undefined || home === '') return { readable: [], variables: {} };
  const places = path.split(':').flatMap((folder) => innerPath(home, folder) ?? []);
  const used = TOOLCHAINS.filter(({ programs }) =>
    places.some((place) => place === programs || place.startsWith(`${programs}/`)),
  );
  return {
    readable: used.flatMap(({ needs }) => needs.map((each) => join(home, each))),
    variables: Object.fromEntries(
      used.flatMap(({ variables = {} }) => Object.entries(variables).map(([name, at]) => [name, join(home, at)])),
    ),
  };
}
